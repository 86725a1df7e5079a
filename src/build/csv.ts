/** One field of a CSV record as buildx reads flag values: quoted only if it has to be. */
export function csvField(text: string): string {
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A flag value out of its attributes: `csvRecord([["type", "local"], ["src", "/a,b"]])` → `type=local,"src=/a,b"`. */
export function csvRecord(attributes: readonly (readonly [key: string, value: string])[]): string {
	return attributes.map(([key, value]) => csvField(`${key}=${value}`)).join(",");
}

/** The unquoted fields of a flag value; undefined if buildx would refuse the quoting. */
export function csvFields(record: string): readonly string[] | undefined {
	const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y;
	const fields: string[] = [];
	for (;;) {
		const match = field.exec(record);
		if (match === null) return undefined;
		fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
		if (match[3] === "") return fields;
	}
}
