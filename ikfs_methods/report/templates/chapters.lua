-- Reader: the parts gathered from the chapters (JSON) -> one pandoc document, the same for every format.
-- Tables and figures keep their number and note as attributes; formats.lua turns these into what each format needs.

local PROSE = 'markdown-yaml_metadata_block-raw_attribute+lists_without_preceding_blankline+tex_math_single_backslash'
  .. '-implicit_figures'
local ALIGN = { left = 'AlignLeft', right = 'AlignRight', center = 'AlignCenter' }

-- A problem that the author of the chapters can mend: Python shows the text between the marks alone.
local function refuse(message)
  io.stderr:write('<<ikfs:' .. message .. '>>\n')
  os.exit(65)
end

local function prose(text) return pandoc.read(text, PROSE).blocks end

local function inline(text)
  return pandoc.utils.blocks_to_inlines(prose(text), { pandoc.Space() })
end

-- Text that people wrote is taken word for word, its line breaks apart; results come as HTML.
local function plain_inlines(text)
  local made = pandoc.Inlines({})
  for line in (text .. '\n'):gmatch('(.-)\n') do
    if #made > 0 then made:insert(pandoc.LineBreak()) end
    made:extend(pandoc.Inlines(line))
  end
  return made
end

local function cell_blocks(cell)
  if cell.text then return { pandoc.Plain(plain_inlines(cell.text)) } end
  local html = cell.html
  if html == '' then return {} end
  if not html:find('[<&$]') then return { pandoc.Plain(pandoc.Inlines(html)) } end
  local blocks = pandoc.read(html, 'html+tex_math_dollars').blocks
  return blocks:map(function(block)
    return block.t == 'Para' and #blocks == 1 and pandoc.Plain(block.content) or block
  end)
end

local function table_rows(rows)
  local made = pandoc.List()
  for _, row in ipairs(rows) do
    local cells = pandoc.List()
    for _, cell in ipairs(row.cells) do
      local attributes = {}
      local scope = cell.scope
      if scope == '' and cell.header and row.head then scope = cell.columns > 1 and 'colgroup' or 'col' end
      if scope == '' and cell.header then scope = 'row' end
      if scope ~= '' then attributes.scope = scope end
      if cell.header then attributes.header = '1' end
      local align = ALIGN[cell.align] or 'AlignDefault'
      cells:insert(pandoc.Cell(cell_blocks(cell), align, cell.rows, cell.columns,
        pandoc.Attr('', cell.classes, attributes)))
    end
    made:insert(pandoc.Row(cells, pandoc.Attr('', row.classes)))
  end
  return made
end

local function labelled(part)
  local attributes = { kind = part.kind, size = part.size and tostring(part.size), rows = part.rows and tostring(part.rows) }
  if part.narrow then attributes.narrow = '1' end
  if part.label then attributes.number = string.format('%d', part.number) end
  return pandoc.Attr(part.label or '', { 'output', part.kind }, attributes)
end

local function wrapped(part, block)
  local attr, content = labelled(part), pandoc.Blocks({ block })
  if part.label then content:insert(1, pandoc.Div({ pandoc.Plain(inline(part.caption)) }, pandoc.Attr('', { 'caption' }))) end
  if part.note and part.note ~= '' then
    content:insert(pandoc.Div({ pandoc.Para(inline(part.note)) }, pandoc.Attr('', { 'note' })))
  end
  return pandoc.Div(content, attr)
end

local function table_part(part)
  local columns = pandoc.List()
  for i, side in ipairs(part.align) do columns:insert({ ALIGN[side], part.share[i] }) end
  for _, row in ipairs(part.head) do row.head = true end
  local body = { attr = pandoc.Attr(), body = table_rows(part.body), head = {}, row_head_columns = 0 }
  return wrapped(part, pandoc.Table(pandoc.Caption(), columns, pandoc.TableHead(table_rows(part.head)), { body },
    pandoc.TableFoot()))
end

local function figure_part(part)
  local image = pandoc.Image(pandoc.Inlines(part.alt), part.vector, '', pandoc.Attr('', {}, { raster = part.raster }))
  return wrapped(part, pandoc.Plain({ image }))
end

-- Names and values side by side, below a title or inside a chapter.
local function facts_part(part)
  local rows = pandoc.List()
  for _, fact in ipairs(part.rows) do
    rows:insert(pandoc.Row({ pandoc.Cell({ pandoc.Plain(plain_inlines(fact.key)) }),
      pandoc.Cell({ pandoc.Plain(plain_inlines(fact.value)) }) }))
  end
  local body = { attr = pandoc.Attr(), body = rows, head = {}, row_head_columns = 0 }
  local facts = pandoc.Table(pandoc.Caption(), { { 'AlignLeft', .26 }, { 'AlignLeft', .74 } }, pandoc.TableHead(), { body },
    pandoc.TableFoot())
  return pandoc.Div({ facts }, pandoc.Attr('', { 'facts' }))
end

-- Last sentence, place and date, and a place to sign for each office.
local function signatures_part(part)
  local offices = pandoc.List()
  for _, office in ipairs(part.offices) do
    offices:insert(pandoc.Div({ pandoc.Para(plain_inlines(office)), pandoc.Para(plain_inlines(part.line)) },
      pandoc.Attr('', { 'office' })))
  end
  return pandoc.Div(pandoc.Blocks({ pandoc.Para(plain_inlines(part.closing)), pandoc.Para(plain_inlines(part.day)) })
    .. offices, pandoc.Attr('', { 'signatures' }))
end

local makers = {
  prose = function(part) return prose(part.text) end,
  plain = function(part) return { pandoc.CodeBlock(part.text) } end,
  html = function(part) return pandoc.read(part.text, 'html').blocks end,
  table = function(part) return { table_part(part) } end,
  figure = function(part) return { figure_part(part) } end,
  facts = function(part) return { facts_part(part) } end,
  signatures = function(part) return { signatures_part(part) } end,
  page = function() return { pandoc.Div({}, pandoc.Attr('', { 'new-page' })) } end,
}

-- Prose of a chapter is read as one text, so that footnotes and link targets may stand in any of its cells;
-- everything else takes the place of a marker. A marker that is lost means that a fence in the prose stays open.
local function chapter_blocks(chapter)
  local text, found = {}, 0
  for i, part in ipairs(chapter.parts) do
    if part.kind == 'prose' then
      table.insert(text, part.text .. '\n\n<!-- -->\n')
    else
      table.insert(text, string.format('::: {.ikfs-part part="%d"}\n:::\n', i))
    end
  end
  local blocks = prose(table.concat(text, '\n'))
  local made = pandoc.Blocks({})
  for _, block in ipairs(blocks) do
    if block.t == 'Div' and block.classes:includes('ikfs-part') then
      local part = chapter.parts[tonumber(block.attributes.part)]
      made:extend(makers[part.kind](part))
      found = found + 1
    elseif not (block.t == 'RawBlock' and block.text == '<!-- -->') then
      made:insert(block)
    end
  end
  local wanted = 0
  for _, part in ipairs(chapter.parts) do if part.kind ~= 'prose' then wanted = wanted + 1 end end
  if found ~= wanted then
    refuse(string.format('the prose of chapter %s must close what it opens: a fence (``` or :::), a comment or an HTML '
      .. 'tag stays open and swallows %d of its %d outputs. Close it.', chapter.name, wanted - found, wanted))
  end
  return made
end

-- Two chapters may have a heading of the same name: later ones get a number, and links within the chapter follow.
local function unique_ids(blocks, seen)
  local renamed = {}
  for _, block in ipairs(blocks) do
    if block.t == 'Header' and block.identifier ~= '' then
      local id, n = block.identifier, 1
      while seen[id] do n = n + 1; id = block.identifier .. '-' .. n end
      seen[id] = true
      renamed['#' .. block.identifier] = '#' .. id
      block.identifier = id
    end
  end
  return blocks:walk({ Link = function(link) link.target = renamed[link.target] or link.target; return link end })
end

local function check_citations(blocks, chapter, numbers, known)
  blocks:walk({ Cite = function(cite)
    for _, citation in ipairs(cite.citations) do
      if citation.id:match('^tbl%-') or citation.id:match('^fig%-') then
        if not numbers[citation.id] then
          refuse(string.format('every reference must have its table or figure; chapter %s refers to @%s, which no output '
            .. 'of the report carries as its label. Correct the reference or label the output.', chapter, citation.id))
        end
      elseif not known[citation.id] then
        refuse(string.format('every citation must be in the bibliography; chapter %s cites @%s, which is not there. '
          .. 'Add it to the .bib file, or write \\@ for a plain at-sign.', chapter, citation.id))
      else
        known.used = true
      end
    end
  end })
end

-- The references are read here and not by their path, which would leave a trace of this machine in the files.
local function bibliography(path)
  local known = { entries = pandoc.List() }
  if path and path ~= '' then
    local fine, doc = pcall(function() return pandoc.read(pandoc.system.read_file(path), 'bibtex') end)
    if not fine then
      refuse('the bibliography must be BibTeX; ' .. path .. ' cannot be read: ' .. tostring(doc):gsub('%s+', ' '):sub(1, 200))
    end
    known.entries = doc.meta.references or known.entries
    for _, reference in ipairs(known.entries) do known[pandoc.utils.stringify(reference.id)] = true end
  end
  return known
end

function Reader(sources)
  local data = pandoc.json.decode(tostring(sources), false)
  local numbers, seen, known = {}, {}, bibliography(data.bibliography)
  for _, chapter in ipairs(data.chapters) do
    for _, part in ipairs(chapter.parts) do
      if part.label then
        local word = part.kind == 'table' and data.words.table or data.words.figure
        numbers[part.label] = { word = word, number = string.format('%d', part.number) }
      end
    end
  end
  local body, back = pandoc.Blocks({}), pandoc.Blocks({})
  local appendix = false
  for _, chapter in ipairs(data.chapters) do
    local blocks = unique_ids(chapter_blocks(chapter), seen)
    check_citations(blocks, chapter.name, numbers, known)
    for _, block in ipairs(blocks) do
      if block.t == 'Header' and block.level == 1 then appendix = block.classes:includes('appendix') end
      if appendix then back:insert(block) else body:insert(block) end
    end
  end
  if known.used then
    body:insert(pandoc.Header(1, pandoc.Inlines(data.references_title), pandoc.Attr('references', { 'unnumbered' })))
    body:insert(pandoc.Div({}, pandoc.Attr('refs')))
  end
  body:extend(back)
  local facts = pandoc.List()
  for _, fact in ipairs(data.facts) do
    facts:insert({ key = pandoc.MetaInlines(inline(fact.key)), value = pandoc.MetaInlines(inline(fact.value)) })
  end
  local below = pandoc.List()
  for _, line in ipairs(data.below) do below:insert(pandoc.MetaInlines(plain_inlines(line))) end
  local meta = { facts = facts, numbers = numbers, words = data.words, below = below }
  for _, name in ipairs({ 'notice', 'kicker', 'toc_title', 'title', 'short_title', 'round_id', 'footer', 'lang', 'date', 'form' }) do
    if data[name] and data[name] ~= '' then meta[name:gsub('_', '-')] = pandoc.MetaString(data[name]) end
  end
  if known.used then meta.references = known.entries end
  return pandoc.Pandoc(body, meta)
end
