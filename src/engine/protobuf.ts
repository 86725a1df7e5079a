/** What of gRPC and of protobuf Berth speaks: strings to the engine, values that have a length from it. */

/** A message in gRPC's frame: a byte that says "not compressed", four of length, the message. */
export function frame(message: Buffer): Buffer {
	const head = Buffer.alloc(5);
	head.writeUInt32BE(message.length, 1);
	return Buffer.concat([head, message]);
}

/** The messages of a gRPC reply; a RangeError if one is cut short or compressed. */
export function messagesIn(reply: Buffer): Buffer[] {
	const messages: Buffer[] = [];
	for (let at = 0; at < reply.length; ) {
		const end = at + 5 + reply.readUInt32BE(at + 1);
		if (end > reply.length || reply[at] !== 0) throw new RangeError("a message is cut short or packed");
		messages.push(reply.subarray(at + 5, end));
		at = end;
	}
	return messages;
}

/** A protobuf field, of a place below 16, that is a string of fewer than 128 bytes. */
export function stringField(place: number, text: string): Buffer {
	const value = Buffer.from(text);
	return Buffer.concat([Buffer.from([place * 8 + 2, value.length]), value]);
}

/** The values of a field of a protobuf message, where they have a length; a RangeError if it is no message. */
export function valuesOf(message: Buffer, place: number): Buffer[] {
	const found: Buffer[] = [];
	let at = 0;
	const varint = () => {
		let value = 0;
		for (let shift = 0; shift < 64; shift += 7) {
			const byte = message.readUInt8(at++);
			value += (byte & 0x7f) * 2 ** shift;
			if (byte < 0x80) return value;
		}
		throw new RangeError("a number has no end");
	};
	while (at < message.length) {
		const key = varint();
		const length = lengthOf(key % 8, varint);
		if (at + length > message.length) throw new RangeError("a field is longer than its message");
		if (key === place * 8 + 2) found.push(message.subarray(at, at + length));
		at += length;
	}
	return found;
}

/** The bytes that a field of this wire type takes from here on; a number is read at once. */
function lengthOf(wire: number, varint: () => number): number {
	if (wire === 0) {
		varint();
		return 0;
	}
	if (wire === 2) return varint();
	if (wire === 1 || wire === 5) return wire === 1 ? 8 : 4;
	throw new RangeError("a field is of no known type");
}
