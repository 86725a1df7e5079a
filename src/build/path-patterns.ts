/** Tells whether a pattern, or a list of them, means a path below a context's root (no slash in front). */
export type PathTest = (path: string) => boolean;

/** A path of COPY, with wildcards or not: means what it matches, and all below that (Go's filepath.Match). */
export function copied(pattern: string): PathTest {
	const parts = partsOf(pattern);
	return (path) => beginsWith(parts, path.split("/"), false);
}

/**
 * The paths that a .dockerignore leaves out: the last pattern that fits a path or a folder above it decides, `!` brings
 * back (moby/patternmatcher).
 */
export function ignored(patterns: readonly string[]): PathTest {
	const rules = patterns.map((pattern) => {
		const brings = pattern.startsWith("!");
		return { brings, parts: partsOf(brings ? pattern.slice(1) : pattern) };
	});
	return (path) => {
		const names = path.split("/");
		const last = rules.findLast(({ parts }) => beginsWith(parts, names, true));
		return last !== undefined && !last.brings;
	};
}

/** The folders that a pattern begins with, before its first wildcard. */
export function beginningOf(pattern: string): string {
	const parts = partsOf(pattern);
	const wild = parts.findIndex((part) => /[*?[\\]/.test(part));
	return (wild === -1 ? parts : parts.slice(0, wild)).join("/");
}

function partsOf(pattern: string): string[] {
	const kept: string[] = [];
	for (const part of pattern.trim().split("/")) {
		if (part === "..") kept.pop();
		else if (part !== "" && part !== ".") kept.push(part);
	}
	return kept;
}

// Whether the whole pattern fits the first names of a path. `deep`: two stars stand for any number of folders.
function beginsWith(parts: readonly string[], names: readonly string[], deep: boolean): boolean {
	// The places in the path that the parts so far may end at; a set, so that no pattern explodes.
	let ends = new Set([0]);
	for (const [at, part] of parts.entries()) {
		const next = new Set<number>();
		for (const end of ends) {
			if (deep && part === "**") {
				// At its end a pattern with two stars means what is in a folder, not the folder.
				const least = at === parts.length - 1 ? end + 1 : end;
				for (let place = least; place <= names.length; place++) next.add(place);
			} else if (end < names.length && fits(part, names[end] ?? "")) next.add(end + 1);
		}
		ends = next;
	}
	return ends.size > 0;
}

// One name against one part. A star that has to give way takes one character more, and only the last one has to.
function fits(part: string, name: string): boolean {
	const tokens = part.match(/\*+|\?|\[\^?[^\]]+\]|\\.|[\s\S]/gu) ?? [];
	const chars = [...name];
	let [at, place, star, taken] = [0, 0, -1, 0];
	while (place < chars.length) {
		const token = tokens[at];
		if (token?.startsWith("*")) {
			star = at;
			taken = place;
			at += 1;
		} else if (token !== undefined && isOne(token, chars[place] ?? "")) {
			at += 1;
			place += 1;
		} else if (star >= 0) {
			taken += 1;
			at = star + 1;
			place = taken;
		} else return false;
	}
	return tokens.slice(at).every((token) => token.startsWith("*"));
}

function isOne(token: string, char: string): boolean {
	if (token === "?") return true;
	if (token.length < 2 || token === char) return token === char;
	if (token.startsWith("\\")) return token.slice(1) === char;
	const negated = token.startsWith("[^");
	const inner = token.slice(negated ? 2 : 1, -1);
	const ranges = [...inner.matchAll(/([\s\S])-([\s\S])|([\s\S])/gu)];
	const isIn = ranges.some(([, from, to, single]) =>
		single === undefined ? char >= (from ?? "") && char <= (to ?? "") : char === single,
	);
	return isIn !== negated;
}
