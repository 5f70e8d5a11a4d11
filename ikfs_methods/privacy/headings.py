"""What the heading of a column says about persons, word by word, in Bahasa Indonesia and English.

Words, never parts of words: `nilai`, `namibia` and `whp_1` say nothing. Standard library only.
"""

from __future__ import annotations

import re
import unicodedata


def word_set(text: str) -> frozenset[str]:
    """The words of a text, parted by blanks."""
    return frozenset(text.split())


# A heading is of the first kinds whose phrases it holds; what the cells look like then decides (columns.py).
_PHRASES = {
    "email": "email, e mail, surel, surat elektronik, alamat email",
    "nik": "nik, ktp, noktp, ektp, e ktp, nomor induk kependudukan, no induk kependudukan, national id",
    "kk": "no kk, nomor kk, nokk, kartu keluarga, family card",
    "identity number": "nip, npwp, nisn, paspor, passport, no bpjs, nomor bpjs, no sim, nomor sim, no identitas, "
    "nomor identitas, identity number, id number",
    "account": "rekening, norek, no rek, nomor rek, bank account, account number, kartu kredit, credit card, iban",
    "phone": "telp, telepon, telpon, telephone, tlp, notelp, notlp, hp, nohp, handphone, ponsel, seluler, wa, nowa, "
    "whatsapp, phone, phonenumber, mobile number, cellphone, msisdn, no kontak, nomor kontak, contact number, "
    "kontak, contact",
    "device": "deviceid, device id, imei, simserial, sim serial, simid, subscriberid, subscriber id, mac address, "
    "android id, ip address, ipaddress, alamat ip",
    "user": "username, user name, submitted by, submittedby, akun, instagram, facebook, twitter, tiktok, telegram",
    "position": "latitude, longitude, lintang, bujur, gps, geolocation, geopoint, geotrace, geoshape, geotag, "
    "koordinat, coordinate, coordinates, titik lokasi",
    "birth date": "tanggal lahir, tgl lahir, tgllahir, tgl lhr, tanggal kelahiran, tempat tanggal lahir, ttl, "
    "birth date, birthdate, birthday, date of birth, dob",
    "attachment": "foto, photo, photograph, selfie, swafoto, tanda tangan, tandatangan, ttd, paraf, signature, audio, "
    "video, rekaman, recording, attachment, attachments, lampiran",
    "address": "alamat, address, domisili lengkap",
    "name": "nama, name, names, namalengkap, nama2, firstname, lastname, fullname, surname, panggilan, nickname",
}
# Who asked or answered, as the first word of a short heading: an id as a rule, a person's name sometimes.
_ROLES = (
    "responden, respondent, enumerator, pewawancara, pencacah, petugas, interviewer, surveyor, "
    "kepala keluarga, kepala rumah tangga, krt, household head, expert, pakar, panelis, rater, peserta, participant, "
    "informan, informant, penerima, beneficiary, ketua, wali"
)
# Names as BPS abbreviates them, with nothing else in front; judged by the cells, too.
_NAMES = (
    "nm resp, nm responden, nm krt, nm art, nm kk, nm lengkap, nm kepala, nm ibu, nm ayah, nm bapak, nm anak, "
    "nm istri, nm suami, nm petugas, nm pencacah, nm pcl, nm pml, nmresp, nmresponden, nmkrt, nmart, nmkk, nmibu, "
    "nmlengkap, nmayah, nmanak, nmpencacah, nmpcl, nmpml, nresp, n resp, nkrt, nart, identitas"
)
# As the whole heading.
_ALONE = word_set("nm bapak ibu ayah suami istri anak wali")
_BIRTH = word_set("lahir lhr tgllhr kelahiran birth born")
# Only a heading of few words: `lat` and `lng` are also parts of other phrases.
_SHORT_PHRASES = {"position": "lat, lon, lng, long lat, lat long"}
_THINGS = word_set(
    """program programme project proyek lembaga instansi institusi institution organisasi organization organisation desa
    kelurahan kecamatan kabupaten kab kota provinsi prov province village district subdistrict city regency region
    wilayah daerah country negara sekolah school universitas university kampus fakultas jurusan produk product panti
    lks lksa balai sentra upt kegiatan activity indikator indicator variabel variable dimensi dimension kelompok group
    cluster kluster klaster usaha business company perusahaan toko bantuan layanan service jabatan posko puskesmas
    rumah hospital obat penyakit barang aplikasi app application file berkas form formulir kolom column survei survey
    dinas unit kantor office bank forum pasar jalan street gang dusun suku partai pelatihan training kursus modul
    tempat lokasi location place merek brand event acara item komunitas community bahasa agama xml host domain"""
)
_PERSONS = word_set(
    """lengkap full first last middle depan belakang panggilan responden respondent orang person anak child ibu mother
    ayah bapak father suami istri husband wife kepala head ketua wali guardian pasien patient klien client penerima
    beneficiary petugas enumerator pewawancara interviewer surveyor pencacah pengawas supervisor anggota member anda
    saya peserta participant pakar expert informan pendamping warga"""
)


def words(heading: str) -> list[str]:
    """The words of a heading; of `group/name`, as forms write it, those of the name."""
    return words_of(heading if re.search(r"\s", heading) else heading.rstrip("/").rpartition("/")[2])


def words_of(text: str) -> list[str]:
    """The words of a text: camelCase, digits, underscores and punctuation part them."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", text))
    return re.findall(r"[^\W\d_]+", parted.casefold())


def kinds(heading: str) -> list[str]:
    """The kinds of personal data that a heading may announce, the most telling first; `perhaps` asks for its cells."""
    said = words(heading)
    text = f" {' '.join(said)} "
    found = [kind for kind, phrases in _COMPILED.items() if any(phrase in text for phrase in phrases)]
    if len(said) <= 3:
        found += [kind for kind, phrases in _COMPILED_SHORT.items() if any(phrase in text for phrase in phrases)]
        if any(text.startswith(role) for role in _COMPILED_ROLES) or (len(said) == 1 and said[0] in _ALONE):
            found.append("perhaps name")
    if "birth date" not in found and _BIRTH & set(said):
        found.append("perhaps birth date")
    if "name" in found and _THINGS & set(said) and not _PERSONS & set(said):
        found.remove("name")
    return found


def _compiled(table: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(f" {phrase.strip()} " for phrase in text.split(",")) for kind, text in table.items()}


_COMPILED, _COMPILED_SHORT = _compiled(_PHRASES), _compiled(_SHORT_PHRASES)
_COMPILED_ROLES = _compiled({"": f"{_ROLES}, {_NAMES}"})[""]
