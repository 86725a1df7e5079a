import assert from "node:assert/strict";
import { test } from "node:test";
import { extraArgs, localCacheFrom, localCacheTo } from "../../src/build/cache-entries.ts";
import { csvField, csvFields, csvRecord } from "../../src/build/csv.ts";

const fields = [
	{ text: "plain", written: "plain" },
	{ text: "", written: "" },
	{ text: "two words", written: "two words" },
	{ text: "a,b", written: '"a,b"' },
	{ text: 'say "hi"', written: '"say ""hi"""' },
	{ text: "line\nbreak", written: '"line\nbreak"' },
];

for (const { text, written } of fields) {
	test(`a field ${JSON.stringify(text)} is written ${JSON.stringify(written)} and read back`, () => {
		assert.equal(csvField(text), written);
		assert.deepEqual(csvFields(`x,${written},y`), ["x", text, "y"]);
	});
}

test("attributes are quoted as a whole, one field each", () => {
	const record = csvRecord([
		["id", "a,b"],
		["src", "/tmp/x"],
	]);
	assert.equal(record, '"id=a,b",src=/tmp/x');
	assert.deepEqual(csvFields(record), ["id=a,b", "src=/tmp/x"]);
});

for (const broken of ['a"b', '"open', '"closed"then,x']) {
	test(`${broken} is refused, as buildx refuses it`, () => assert.equal(csvFields(broken), undefined));
}

test("an empty last field counts", () => assert.deepEqual(csvFields("a,"), ["a", ""]));

test("a local cache is imported from its directory, whatever its name", () => {
	assert.equal(localCacheFrom("/c/clones/1"), "type=local,src=/c/clones/1");
	assert.equal(localCacheFrom('/c/a,"b"'), 'type=local,"src=/c/a,""b"""');
});

test("a local cache is exported without failing the build, compression only if asked for", () => {
	assert.equal(localCacheTo("/c/1", { mode: "max" }), "type=local,dest=/c/1,mode=max,ignore-error=true");
	assert.equal(
		localCacheTo("/c/a,b", { mode: "min", compression: "zstd" }),
		'type=local,"dest=/c/a,b",mode=min,ignore-error=true,compression=zstd',
	);
});

test("a script of one's own gets every entry in one string", () => {
	assert.equal(extraArgs(["A", "B"], ["C"]), "--cache-from A --cache-from B --cache-to C");
	assert.equal(extraArgs([], ["C"]), "--cache-to C");
	assert.equal(extraArgs([], []), "");
});
