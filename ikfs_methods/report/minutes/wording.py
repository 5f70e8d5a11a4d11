"""Every word of the official record. It is always in Indonesian, so its words stand here and not in a catalogue.

Order and wording follow common practice; they were not compared with an office's own rules of correspondence.
"""

from __future__ import annotations

BLANK = "…" * 24
SHORT_BLANK = "…" * 8
LINES = 3  # ruled lines or rows, where a list of the record is left open

TITLE = "Berita acara diskusi kelompok terfokus"
SHORT_TITLE = "Berita acara diskusi kelompok terfokus (FGD), {date}"
NUMBER = "Nomor: {number}"
FOOTER = "Dibuat dari putaran {id}, commit {commit}"
NOTICE = (
    "CONTOH REKAAN, bukan berita acara resmi: pembicaraan, penilaian, keputusan, dan kesepakatan di dalamnya "
    "dibuat-buat."
)
OPENING = (
    "Pada hari ini, {date}, telah dilaksanakan diskusi kelompok terfokus (FGD) tentang {title}, dengan keterangan dan "
    "hasil sebagai berikut."
)
CLOSING = "Demikian berita acara ini dibuat untuk dipergunakan sebagaimana mestinya."
UNVERIFIED = (
    "Susunan berita acara ini mengikuti kelaziman umum dan belum diverifikasi terhadap tata naskah dinas yang berlaku."
)
SIGNED_AT = "{place}, {date}"
SIGN_HERE = f"({'…' * 12})"  # three of them fit side by side

# The facts below the title
DAY = "Hari, tanggal"
TIME = "Waktu"
PLACE = "Tempat/media"
OPENED_BY = "Dibuka oleh"
LEADER = "Pimpinan rapat"
RAPPORTEUR = "Notulis"
FRAMEWORK = "Kerangka"
CLOCK = "pukul {start} s.d. {end}"
LASTED = "lama pertemuan {hours} jam"
VERSION = "{name}, versi {version}"

# Headings
PARTICIPANTS = "Peserta"
AGENDA = "Agenda"
POINTS = "Pokok bahasan"
DECISIONS = "Keputusan tentang indikator"
METHODS = "Keputusan tentang metode"
AGREEMENTS = "Kesepakatan"
FOLLOW_UP = "Tindak lanjut"
ATTENDANCE = "Lampiran: Daftar hadir"

# Columns
NO = "No."
INSTITUTION, ROLE, PEOPLE = "Instansi", "Peran", "Jumlah"
CODE, INDICATOR, DECISION, REASON, DECIDED_BY = "Kode", "Indikator", "Keputusan", "Alasan", "Diputuskan oleh"
TOPIC, NODE, CHOICE = "Topik", "Simpul", "Pilihan"
TASK, RESPONSIBLE, DUE = "Tindak lanjut", "Penanggung jawab", "Tenggat"
NAME, POSITION, SIGNATURE = "Nama", "Jabatan", "Tanda tangan"

# Participants
UNKNOWN = "tidak diketahui"
TOTAL = "Jumlah"
NO_PARTICIPANTS = "Peserta tercantum pada daftar hadir (lampiran)."
INCOMPLETE = "Jumlah peserta dari {count} instansi tidak diketahui."
SOURCE = "Sumber: {names}."

# Decisions: the word of the table, and the one of the sentence that counts them
DECIDED = {
    "keep": "dipertahankan",
    "revise": "diperbaiki",
    "drop": "digugurkan",
    "move": "dipindahkan",
    "add": "ditambahkan",
}
UNDECIDED = "belum diputuskan"
MOVED = "dipindahkan ke {parent}"
EVIDENCE = "bukti: {verdict}"
PROPOSED = {"keep": "pertahankan", "revise": "perbaiki", "drop": "gugurkan", "move": "pindahkan", "add": "tambahkan"}
COUNTED = "Dari {total} indikator kandidat: {counts}."
ADDED = "Diusulkan ditambahkan: {names}."
ADDED_UNDER = "ditambahkan di bawah {parent}"
NEW = "Usulan indikator baru (belum ada datanya)"
LEFT_OPEN = "Belum diputuskan: {names}."
AGAINST = "Tidak sejalan dengan bukti ({count}): {names}; bukti memberi saran, peserta yang memutuskan."
IN_BRACKETS = "Usulan bukti yang berbeda dari keputusan ditulis dalam kurung."
ALL_BY = "Diputuskan oleh: {by}."
WHOLE = "seluruh kerangka"
IN_FORCE = "berlaku: {choice}"
TOPICS = {
    "weights": "bobot",
    "factors": "jumlah faktor",
    "normalisation": "normalisasi",
    "aggregation": "agregasi",
}
METHOD_AGAINST = "Tidak sejalan dengan bukti: {names}."

# The attendance list
ATTENDANCE_NOTE = (
    "Diisi dan ditandatangani dengan tangan. Nama dan tanda tangan adalah data pribadi: lembar ini disimpan terpisah "
    "dan tidak disalin ke berkas putaran."
)
MORE_ROWS = "Baris dibatasi {count}; tambahkan lembar bila peserta lebih banyak."
