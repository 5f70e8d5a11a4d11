-- Filter, before citeproc: numbers headings, resolves @tbl- and @fig-, and gives tables and figures the shape that the
-- format at hand needs. What chapters.lua made is the same for all formats; all that differs between them is here.

local format = FORMAT:match('^docx') and 'docx' or FORMAT:match('^typst') and 'typst' or 'html'
local NBSP = '\u{a0}'
local words, numbers

local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('\n', ' ') .. '"'
end

local function raw(text) return pandoc.RawBlock('typst', text) end

-- References in prose ------------------------------------------------------------------------------------------------

local function reference(citation)
  local target = numbers[citation.id]
  local number = pandoc.utils.stringify(target.number)
  local short = citation.mode == 'SuppressAuthor'
  local text = short and number or pandoc.utils.stringify(target.word) .. NBSP .. number
  return pandoc.Link({ pandoc.Str(text) }, '#' .. citation.id, '', pandoc.Attr('', { 'ref' }))
end

local function resolve(cite)
  local made, own = pandoc.Inlines({}), 0
  for _, citation in ipairs(cite.citations) do
    if numbers[citation.id] then
      own = own + 1
      if #made > 0 then made:extend({ pandoc.Str(','), pandoc.Space() }) end
      if #citation.prefix > 0 then made:extend(citation.prefix); made:insert(pandoc.Space()) end
      made:insert(reference(citation))
      made:extend(citation.suffix)
    end
  end
  if own == 0 then return nil end
  if own < #cite.citations then
    io.stderr:write('<<ikfs:references to tables or figures and citations must not share one pair of brackets; found both in ['
      .. pandoc.utils.stringify(cite.content) .. ']. Write two pairs.>>\n')
    os.exit(65)
  end
  return made
end

-- Headings -----------------------------------------------------------------------------------------------------------

local function letter(n) return string.char(64 + n) end

local function number_headings(blocks)
  local count, appendix, plain = { 0, 0, 0 }, false, false
  local made = pandoc.Blocks({})
  for _, block in ipairs(blocks) do
    if block.t == 'Header' then
      if block.level == 1 then
        plain = block.classes:includes('unnumbered')
        if block.classes:includes('appendix') and not appendix then
          appendix, count = true, { 0, 0, 0 }
          if format == 'typst' then made:insert(raw('#show: appendix.with(' .. quoted(words.appendix) .. ')')) end
        end
      elseif plain and not block.classes:includes('unnumbered') then
        block.classes:insert('unnumbered')
      end
      local numbered = not block.classes:includes('unnumbered') and block.level <= 3
      if numbered then
        count[block.level] = count[block.level] + 1
        for level = block.level + 1, 3 do count[level] = 0 end
        local first = appendix and letter(count[1]) or tostring(count[1])
        local text = table.concat({ first, table.unpack(count, 2, block.level) }, '.')
        if appendix and block.level == 1 then text = words.appendix .. NBSP .. text end
        if format == 'html' then
          block.content:insert(1, pandoc.Span({ pandoc.Str(text) }, pandoc.Attr('', { 'header-section-number' })))
          block.content:insert(2, pandoc.Space())
        elseif format == 'docx' and appendix then
          block.content:insert(1, pandoc.RawInline('openxml', '<w:bookmarkStart w:id="0" w:name="_ikfs_appendix"/>'))
        end
      elseif format == 'docx' then
        block.content:insert(1, pandoc.RawInline('openxml', '<w:bookmarkStart w:id="0" w:name="_ikfs_unnumbered"/>'))
      elseif format == 'typst' and block.level > 3 and not block.classes:includes('unnumbered') then
        block.classes:insert('unnumbered')
      end
    end
    made:insert(block)
  end
  return made
end

-- Tables -------------------------------------------------------------------------------------------------------------

local FILL = { good = 'good-fill', warn = 'warn-fill', bad = 'bad-fill' }
local SIDE = { AlignLeft = 'left', AlignRight = 'right', AlignCenter = 'center' }

local function has(list, name)
  for _, item in ipairs(list) do if item == name then return true end end
  return false
end

local function typst_cell(cell, row, head)
  local attributes = {}
  -- a table to be filled in by hand: ruled all around, with room to write
  if has(cell.classes, 'form') then
    attributes['typst:stroke'] = '.5pt + luma(120)'
    if not head then attributes['typst:inset'] = '(x: 6pt, y: 8.5pt)' end
  end
  for name, fill in pairs(FILL) do if has(cell.classes, name) then attributes['typst:fill'] = fill end end
  if has(row.classes, 'group') then attributes['typst:fill'] = 'group-fill' end
  if head or cell.attributes.header == '1' and has(row.classes, 'group') or has(cell.classes, 'strong') then
    attributes['typst:text:weight'] = '"semibold"'
  end
  local side = SIDE[cell.alignment]
  if head then attributes['typst:align'] = side and 'bottom + ' .. side or 'bottom' end
  if not head and side then attributes['typst:align'] = side end
  if head and cell.col_span > 1 then attributes['typst:stroke'] = 'span-stroke' end
  cell.attr = pandoc.Attr('', {}, attributes)
  cell.alignment = 'AlignDefault'
end

-- The python-docx pass finds the cell by this bookmark, shades it and takes the bookmark away.
local function docx_cell(cell, row, head, size)
  local marks = pandoc.List(cell.classes)
  if size then marks:insert('size' .. size:gsub('%.', '')) end
  if head then marks:insert('head') elseif cell.attributes.header == '1' then marks:insert('rowhead') end
  if has(row.classes, 'group') then marks:insert('group') end
  if cell.col_span > 1 then marks:insert('span') end
  local mark = pandoc.RawInline('openxml', '<w:bookmarkStart w:id="0" w:name="_ikfs_cell_' .. table.concat(marks, '_') .. '"/>')
  if #cell.contents == 0 then
    cell.contents = { pandoc.Plain({ mark }) }
  elseif cell.contents[1].content and (cell.contents[1].t == 'Plain' or cell.contents[1].t == 'Para') then
    cell.contents[1].content:insert(1, mark)
  end
  cell.attr = pandoc.Attr()
end

local shape_cell = { typst = typst_cell, docx = docx_cell, html = function() end }

local function shape_rows(rows, head, size)
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do shape_cell[format](cell, row, head, size) end
    if format ~= 'html' then row.attr = pandoc.Attr() end
  end
end

local function shape_table(tbl, size)
  shape_rows(tbl.head.rows, true, size)
  for _, body in ipairs(tbl.bodies) do
    shape_rows(body.head, true, size)
    shape_rows(body.body, false, size)
  end
end

-- A table that stands in the prose gets the same dress, without number.
local function prose_table(tbl)
  if tbl.attributes['ikfs-done'] then tbl.attributes['ikfs-done'] = nil return tbl end
  shape_table(tbl)
  if format ~= 'typst' then return tbl end
  tbl.classes:insert('typst:no-figure')
  return { raw('#plain-table['), tbl, raw(']') }
end

local function caption_inlines(part, id)
  local text = part.caption and part.caption.content[1].content or pandoc.Inlines({})
  if not part.number then return text end
  local word = words[part.kind]
  if format == 'typst' then return text end
  if format == 'docx' then
    local field = string.format('<w:fldSimple w:instr=" SEQ %s \\* ARABIC "><w:r><w:rPr><w:rStyle w:val="CaptionLabel"/></w:rPr>'
      .. '<w:t>%s</w:t></w:r></w:fldSimple>', word, part.number)
    local label = { ['custom-style'] = 'Caption Label' }
    local name = pandoc.Span({ pandoc.Span({ pandoc.Str(word .. NBSP) }, pandoc.Attr('', {}, label)),
      pandoc.RawInline('openxml', field), pandoc.Span({ pandoc.Str('.') }, pandoc.Attr('', {}, label)) }, pandoc.Attr(id))
    return pandoc.Inlines({ name, pandoc.Space() }) .. text
  end
  return pandoc.Inlines({ pandoc.Strong({ pandoc.Str(word .. NBSP .. part.number .. '.') }), pandoc.Space() }) .. text
end

local function output(div)
  local part = { kind = div.attributes.kind, number = div.attributes.number, size = div.attributes.size,
    narrow = div.attributes.narrow == '1', rows = tonumber(div.attributes.rows or 0) }
  for _, block in ipairs(div.content) do
    if block.t == 'Div' then part[block.classes[1]] = block else part.main = block end
  end
  local id = div.identifier
  local made = (part.kind == 'table' and Output_table or Output_figure)(part, id)
  return made
end

local function typst_output(part, id, main)
  local before = ''
  if id ~= '' then
    before = part.kind == 'table' and part.rows > 12 and '#room(42mm)\n' or '#before-mark(' .. quoted(id) .. ')\n'
  end
  local made = pandoc.Blocks({ raw(before .. string.format('#report-%s(%s, number: %s, size: %spt, rows: %d, id: %s, caption: [',
    part.kind, quoted(words[part.kind]), part.number and quoted(part.number) or 'none', part.size or '9.5', part.rows, quoted(id))) })
  made:insert(pandoc.Plain(caption_inlines(part, id)))
  made:insert(raw('], note: ['))
  if part.note then made:extend(part.note.content) end
  made:insert(raw('])['))
  made:insert(main)
  made:insert(raw(']' .. (id ~= '' and '<' .. id .. '>' or '')))
  return made
end

local function note_blocks(part, style)
  if not part.note then return {} end
  return { pandoc.Div(part.note.content, pandoc.Attr('', { 'note' }, format == 'docx' and { ['custom-style'] = style } or {})) }
end

function Output_table(part, id)
  local tbl = part.main
  shape_table(tbl, part.size)
  tbl.attributes['ikfs-done'] = '1'
  if format == 'typst' then
    tbl.classes:insert('typst:no-figure')
    if part.narrow then tbl.colspecs = tbl.colspecs:map(function(spec) return { spec[1] } end) end
    return typst_output(part, id, tbl)
  end
  tbl.caption = pandoc.Caption({ pandoc.Plain(caption_inlines(part, id)) })
  if format == 'html' then
    if part.narrow then tbl.colspecs = tbl.colspecs:map(function(spec) return { spec[1] } end) end
    local classes = { 'table-wrap', part.narrow and 'narrow' or 'wide' }
    if tonumber(part.size) < 9 then table.insert(classes, 'dense') end
    return { pandoc.Div(pandoc.Blocks({ tbl }) .. note_blocks(part), pandoc.Attr(id, classes)) }
  end
  return pandoc.Blocks({ tbl }) .. note_blocks(part, 'Table Note')
end

function Output_figure(part, id)
  local image = part.main.content[1]
  local alt = pandoc.utils.stringify(image.caption)
  if alt == '' and part.number then alt = words.figure .. ' ' .. part.number end
  if format == 'typst' then
    return typst_output(part, id, raw(string.format('#image(%s, alt: %s)', quoted(image.src), quoted(alt))))
  end
  if format == 'docx' then image.src = image.attributes.raster end
  image.attr = pandoc.Attr()
  image.caption = pandoc.Inlines(alt)
  local caption = caption_inlines(part, id)
  if #caption == 0 then return { pandoc.Para({ image }) } end
  local blocks = pandoc.Blocks({ pandoc.Plain(caption) })
  if format == 'html' then blocks:extend(note_blocks(part)) end
  local figure = pandoc.Figure({ pandoc.Plain({ image }) }, { long = blocks }, pandoc.Attr(format == 'html' and id or ''))
  if format == 'html' then return { figure } end
  return pandoc.Blocks({ figure }) .. note_blocks(part, 'Table Note')
end

-- An equation is read aloud as its TeX source.
local function equation(math)
  local written = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ math }) }), 'typst'):gsub('%s+$', '')
  return pandoc.RawInline('typst', '#[#set math.equation(alt: ' .. quoted(math.text) .. ');' .. written .. ']')
end

-- A picture in the prose; the writer of pandoc would leave out its alternative text.
local function picture(image)
  local alt = pandoc.utils.stringify(image.caption)
  return pandoc.RawInline('typst', string.format('#box(image(%s, alt: %s))', quoted(image.src), quoted(alt ~= '' and alt or words.figure)))
end

-- Facts, signatures, new pages -----------------------------------------------------------------------------------------

local function styled(name, inlines)
  return pandoc.Div({ pandoc.Para(inlines) }, pandoc.Attr('', {}, { ['custom-style'] = name }))
end

-- A table without rules; the python-docx pass knows it by the bookmark in its first cell and takes that away.
local function bare_table(widths, rows)
  local first = rows[1].cells[1].contents[1].content[1]
  first.content:insert(1, pandoc.RawInline('openxml', '<w:bookmarkStart w:id="0" w:name="_ikfs_cell_bare"/>'))
  local specs = pandoc.List()
  for _, width in ipairs(widths) do specs:insert({ 'AlignDefault', width }) end
  return pandoc.Table(pandoc.Caption(), specs, pandoc.TableHead(),
    { { attr = pandoc.Attr(), body = rows, head = {}, row_head_columns = 0 } }, pandoc.TableFoot(),
    pandoc.Attr('', {}, { ['ikfs-done'] = '1' }))
end

local function typst_text(inlines)
  local written = pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), 'typst-smart', { wrap_text = 'none' })
  return '[' .. written:gsub('%s+$', '') .. ']'
end

local function facts(div)
  if format == 'html' then return nil end
  local rows, typed = pandoc.List(), {}
  for _, row in ipairs(div.content[1].bodies[1].body) do
    local key, value = row.cells[1].contents[1], row.cells[2].contents[1]
    table.insert(typed, typst_text(key.content) .. ', ' .. typst_text(value.content) .. ',')
    local cells = pandoc.List({ key.content, pandoc.Inlines(':'), value.content })
    rows:insert(pandoc.Row(cells:map(function(text) return pandoc.Cell({ styled('Fact', text) }) end)))
  end
  if format == 'typst' then return { raw('#facts(\n' .. table.concat(typed, '\n') .. '\n)') } end
  return { bare_table({ .2, .03, .77 }, rows) }
end

local function signatures(div)
  if format == 'html' then return nil end
  local closing, day, typed, cells = div.content[1], div.content[2], {}, pandoc.List()
  for i = 3, #div.content do
    local office, line = div.content[i].content[1], div.content[i].content[2]
    table.insert(typed, '(' .. typst_text(office.content) .. ', ' .. typst_text(line.content) .. '),')
    cells:insert(pandoc.Cell({ styled('Signature Office', office.content), styled('Signature Line', line.content) }))
  end
  if format == 'typst' then
    return { raw('#signatures(' .. typst_text(closing.content) .. ', ' .. typst_text(day.content) .. ', (\n'
      .. table.concat(typed, '\n') .. '\n))') }
  end
  local rows, across, widths = pandoc.List(), #cells == 3 and 3 or 2, {}
  -- an office that is left alone in its row signs on the right
  if #cells % across == 1 then cells:insert(#cells, pandoc.Cell({ styled('Signature Office', {}) })) end
  for i = 1, across do widths[i] = 1 / across end
  for i = 1, #cells, across do rows:insert(pandoc.Row({ table.unpack(cells, i, i + across - 1) })) end
  return { styled('Closing', closing.content), styled('Signature Day', day.content), bare_table(widths, rows) }
end

local function new_page()
  if format == 'typst' then return { raw('#pagebreak(weak: true)') } end
  if format == 'html' then return {} end
  return { pandoc.RawBlock('openxml', '<w:p><w:pPr><w:pageBreakBefore/><w:spacing w:before="0" w:after="0" w:line="20" '
    .. 'w:lineRule="exact"/></w:pPr></w:p>') }
end

local makers = { output = function(div) return output(div) end, facts = facts, signatures = signatures,
  ['new-page'] = new_page }

-- Text that begins like an entry of a list (1. or -) would become one: the writer of pandoc escapes it only outside lists.
local function plainly(block)
  local first = block.content[1]
  if first and first.t == 'Str' and (first.text:match('^%d+%.$') or first.text:match('^[-+/=]+$')) then
    block.content:insert(1, pandoc.RawInline('typst', '#[]'))
    return block
  end
end

-- The document -------------------------------------------------------------------------------------------------------

local function docx_front(meta)
  local front = pandoc.Blocks({})
  local function line(name, text) front:insert(styled(name, pandoc.Inlines(pandoc.utils.stringify(text)))) end
  if meta.kicker then line('Kicker', meta.kicker) end
  line('Title', meta.title)
  for i, text in ipairs(meta.below) do line(i == 1 and 'Title Line' or 'Title Number', text) end
  if meta.notice then line('Notice', meta.notice) end
  if pandoc.utils.stringify(meta.form) ~= 'report' then return front end
  if #meta.facts > 0 then
    local rows = pandoc.List()
    for _, fact in ipairs(meta.facts) do
      rows:insert(pandoc.Row({ pandoc.Cell({ pandoc.Plain(fact.key) }), pandoc.Cell({ pandoc.Plain(fact.value) }) }))
    end
    front:insert(pandoc.Table(pandoc.Caption(), { { 'AlignLeft', 0.2 }, { 'AlignLeft', 0.8 } }, pandoc.TableHead(),
      { { attr = pandoc.Attr(), body = rows, head = {}, row_head_columns = 0 } }, pandoc.TableFoot(),
      pandoc.Attr('', {}, { ['ikfs-done'] = '1' })))
  end
  line('TOC Heading', meta['toc-title'])
  line('TOC 1', 'ikfs-contents')
  return front
end

function Pandoc(doc)
  words, numbers = {}, doc.meta.numbers
  for name, word in pairs(doc.meta.words) do words[name] = pandoc.utils.stringify(word) end
  doc = doc:walk({ Cite = resolve })
  doc.blocks = number_headings(doc.blocks)
  if format == 'typst' then doc = doc:walk({ Plain = plainly, Para = plainly }) end
  doc = doc:walk({ Div = function(div)
    local make = makers[div.classes[1]]
    if make then return make(div) end
  end })
  doc = doc:walk({ Table = prose_table })
  if format == 'typst' then doc = doc:walk({ Math = equation, Image = picture }) end
  if format == 'docx' then
    doc.blocks = docx_front(doc.meta) .. doc.blocks
    -- what stays here would become a custom property of the file
    doc.meta = { lang = doc.meta.lang, references = doc.meta.references }
  end
  doc.meta.numbers, doc.meta.words, doc.meta.form = nil, nil, nil
  return doc
end
