import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Fleet, oneCacheForBoth, startFleet } from "./fleet.ts";
import { type S3Server, startS3Server } from "./s3-server.ts";
import type { Scene } from "./scene.ts";

describe("a cache in an S3 bucket, for two machines", () => {
	let fleet: Fleet;
	let server: S3Server;

	before(async () => {
		[fleet, server] = await Promise.all([startFleet(), startS3Server()]);
	});
	after(() => Promise.all([fleet.stop(), server.stop()]));

	const entryOf = ({ nonce }: Scene) => {
		const { address, bucket, accessKey, secretKey } = server;
		const where = `type=s3,endpoint_url=${address},bucket=${bucket},region=us-east-1,use_path_style=true`;
		return `${where},prefix=${nonce}/,name=app,access_key_id=${accessKey},secret_access_key=${secretKey}`;
	};
	const shared = (scene: Scene) => ({ from: entryOf(scene), to: `${entryOf(scene)},mode=max` });

	it("serves the second what the first has built", async (t) => {
		const { scene, first } = await oneCacheForBoth(t, fleet, { cache: "off", shared });
		const places = new Set(server.objects().map((key) => key.replace(/[0-9a-f]{64}$/, "…")));
		const own = [...places].filter((key) => key.startsWith(scene.nonce));
		assert.deepEqual(own, [`${scene.nonce}/blobs/sha256:…`, `${scene.nonce}/manifests/app`]);
		const masks = first.obeyed.filter(({ name }) => name === "add-mask").map(({ data }) => data);
		assert.ok(masks.includes(server.secretKey), "the secret key is masked");
	});

	it("fills the second's own berth beside it", async (t) => {
		const { second } = await oneCacheForBoth(t, fleet, { cache: "local", shared });
		assert.equal(second.outputs["cache-hit"], "false");
		assert.match(second.outputs["cache-generation"] ?? "", /./);
	});
});
