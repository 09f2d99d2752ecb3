import t from 'tap'
import { parseXml, parseXmlInTurns } from '../../src/upstream/xml.ts'

const form = { item: 'item' }
const read = (text: string): unknown => JSON.parse(JSON.stringify(parseXml(text, form) ?? null))

t.test('every scalar of XML is a string, verbatim', async t => {
  t.same(read('<r><a>1</a><b>true</b><c> x\n</c><d>007</d><e>1e5</e></r>'), { r: { a: '1', b: 'true', c: ' x\n', d: '007', e: '1e5' } })
})

t.test('an element of items is an array, with one of them and with many', async t => {
  t.same(read('<r><l><item>1</item></l></r>'), { r: { l: ['1'] } })
  t.same(read('<r><l>\n <item><a>1</a></item>\n <item/>\n</l></r>'), { r: { l: [{ a: '1' }, ''] } })
  t.same(read('<r><item>1</item><b/></r>'), { r: { item: ['1'], b: '' } }, 'beside others an item is still in an array')
})

t.test('a repeated element without an item tag loses nothing', async t => {
  t.same(read('<r><a>1</a><a>2</a></r>'), { r: { a: ['1', '2'] } })
})

t.test('an empty element is an empty text, however it is written', async t => {
  t.same(read('<r><a/><b></b><c /></r>'), { r: { a: '', b: '', c: '' } })
})

t.test('entities and character references are decoded once, CDATA never', async t => {
  t.same(read('<r>&lt;&gt;&amp;&quot;&apos; &#229;&#xE5;&#x1F600; &amp;lt;</r>'), { r: '<>&"\' åå😀 &lt;' })
  t.same(read('<r>a<![CDATA[&amp;<b>]]>c</r>'), { r: 'a&amp;<b>c' })
  t.same(read('<r>&#0;&#xD800;&#x110000;</r>'), { r: '\ufffd\ufffd\ufffd' }, 'what is no character is replaced')
  t.same(read('<r>&nbsp;</r>'), { r: '&nbsp;' }, 'an entity that XML does not know stays as it is')
})

t.test('control characters, which a vendor copies from the words of a caller, are replaced instead of refused', async t => {
  t.same(read('<r>a\u0001b&#1;c&#x1f;d&#xFFFE;e\ufffff&#9;g</r>'), { r: 'a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\tg' })
  t.equal(parseXml('<r>\ud83d<</r>', form), undefined, 'half of a surrogate pair hides no tag')
})

t.test('a line ends with a line feed, as XML demands, unless the carriage return is a reference', async t => {
  t.same(read('<r>a\r\nb\rc&#13;d</r>'), { r: 'a\nb\nc\rd' })
})

t.test('thousands of entities are no reason to refuse a long list', async t => {
  t.same(read(`<r>${'<item>&#229;&amp;</item>'.repeat(20_000)}</r>`), { r: Array.from({ length: 20_000 }, () => 'å&') })
})

t.test('a document type or an entity declaration is refused', async t => {
  for (const text of [
    '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><r>&b;</r>', '<!doctype html><html></html>', '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
    '<r/><!DOCTYPE r>', '<r><!ENTITY a "x">&a;</r>'
  ]) t.equal(parseXml(text, form), undefined, text)
})

t.test('text that is not one well-formed element gives nothing', async t => {
  for (const text of ['', ' ', 'text', '{"a":1}', '<a>', '<a><b></a>', '<a>x</a><b/>', '<a/><b/>', '<a>R&D</a>', '<a b=1/>', '<a', '<a><!--', '</a>', '<a><![CDATA[x</a>']) {
    t.equal(parseXml(text, form), undefined, JSON.stringify(text))
  }
})

t.test('a declaration, a byte order mark, comments, attributes and carriage returns are ignored', async t => {
  t.same(read('\ufeff<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- x --><r a="1">\r\n <b c=\'>\'>x<!-- y -->z</b>\r\n</r>\r\n'), { r: { b: 'xz' } })
})

t.test('names with a meaning in JavaScript are members like any other', async t => {
  const value = parseXml('<r><__proto__><x>1</x></__proto__><constructor><prototype/></constructor><toString>2</toString></r>', form)
  t.equal(JSON.stringify(value), '{"r":{"__proto__":{"x":"1"},"constructor":{"prototype":""},"toString":"2"}}')
  t.notOk('x' in {}, 'nothing reached the prototype of objects')
})

t.test('depth, length and the number of tags have bounds', async t => {
  const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth)
  t.not(parseXml(nested(30), form), undefined)
  t.equal(parseXml(nested(40), form), undefined)
  t.equal(parseXml(nested(100_000), form), undefined)
  t.equal(parseXml(`<a>${'<b/>'.repeat(1_000_001)}</a>`, form), undefined)
  t.equal(parseXml(`<a>${' '.repeat(17 * 1024 * 1024)}</a>`, form), undefined)
  const attributes = (count: number): string => Array.from({ length: count }, (_, index) => ` a${index}=""`).join('')
  t.not(parseXml(`<a${attributes(900)}><b${attributes(900)}/></a>`, form), undefined, 'attributes count for each element')
  t.equal(parseXml(`<a${attributes(1001)}/>`, form), undefined)
})

t.test('a megabyte of broken text is refused quickly', async t => {
  const began = performance.now()
  for (const piece of ['<a ', '<a b="', '<!--', '<![CDATA[', '<?x ', '<', '</a>', '&#']) {
    t.equal(parseXml(`<r>${piece.repeat(200_000)}`, form), undefined, piece)
  }
  t.ok(performance.now() - began < 20_000)
})

t.test('an unwanted branch is left out, wherever its name appears elsewhere', async t => {
  const skip = { item: 'item', skip: ['r.debug', 'r.l.item.f'] }
  const value = parseXml('<r><debug><debug>secret</debug></debug><l><item><f><x>1</x></f><debug>kept</debug></item></l><f>kept</f></r>', skip)
  t.equal(JSON.stringify(value), '{"r":{"l":[{"debug":"kept"}],"f":"kept"}}')
  t.equal(JSON.stringify(parseXml('<r><debug/></r>', skip)), '{"r":{}}')
})

t.test('a long text is read in turns: other work runs between its parts, and the value is the same', async t => {
  const text = `<r><l>${'<item><a>1</a><b>x</b></item>'.repeat(5000)}</l></r>`
  let turns = 0
  let isDone = false
  const other = (): void => { turns += 1; if (!isDone) setImmediate(other) }
  setImmediate(other)
  const value = await parseXmlInTurns(text, form, 1000)
  isDone = true
  // Thirty characters for each entry: 150 parts of a thousand characters.
  t.ok(turns >= 140, `${turns} turns`)
  t.same(value, parseXml(text, form))
  t.equal(await parseXmlInTurns(`${text.slice(0, -5)}`, form, 1000), undefined, 'and a broken one is refused')
})

t.test('wherever a text is divided, the value is the same', async t => {
  const text = '<?xml version="1.0"?>\r\n<r a="1"><l><item>&#229;&#0;&#x1F600;😀&amp;&nbsp;</item>\r\n<item><![CDATA[]]&amp;]]></item></l><!-- - --><b/></r>'
  const whole = parseXml(text, form)
  t.equal(JSON.stringify(whole), '{"r":{"l":["å\ufffd😀😀&&nbsp;","]]&amp;"],"b":""}}')
  for (let characters = 13; characters < text.length; characters += 1) t.same(await parseXmlInTurns(text, form, characters), whole, `${characters} characters`)
  t.same(await parseXmlInTurns('<r>&amp;&amp;&amp;</r>', form, 1), { r: '&&&' }, 'and each turn reads something')
})

t.test('a surrogate pair stays whole wherever a text is divided, and half of one is replaced', async t => {
  const text = '<r><a>😀😀x😀</a><b>€😀</b></r>'
  for (let characters = 1; characters < text.length; characters += 1) {
    t.same(await parseXmlInTurns(text, form, characters), { r: { a: '😀😀x😀', b: '€😀' } }, `${characters} characters`)
    t.same(await parseXmlInTurns('<r>a\ud83d</r>', form, characters), { r: 'a\ufffd' })
    t.same(await parseXmlInTurns('<r>\ude00b</r>', form, characters), { r: '\ufffdb' })
  }
})
