import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as shapes from "../../src/runner/shapes.ts";

const SHA = `sha256:${"a".repeat(64)}`;

const checks = [
	{
		check: shapes.isReference,
		yes: [
			...["app", "app:1.2-rc_3", "u/a_b/c-d.e__f", "docker.io/library/alpine", "localhost:5000/a/b:latest"],
			...["GHCR.io/o/r", `127.0.0.1:5000/a@${SHA}`, `[::1]:5000/a:1@${SHA}`, `a-b.example.com/x:T`],
		],
		no: [
			...["", "App", "a b", "u/App:1", "a:", ":1", "a//b", "-a", "a/", "a:1:2", "http://x/y", "a@sha256:12"],
			...[`a:${"t".repeat(129)}`, "a:.x", "a\n", "é", "host:port/a", "a__", "--flag"],
		],
	},
	{
		check: shapes.isPlatform,
		yes: ["linux", "local", "linux/amd64", "linux/arm/v7", "windows(10.0.17763)/amd64"],
		no: ["", "linux/", "a/b/c/d", "linux amd64", "/amd64"],
	},
	{
		check: shapes.isHostMapping,
		yes: ["d:10.0.0.1", "d=10.0.0.1", "d:::1", "d=::1", "d:[::1]", "d=[fe80::1]", "my.host:host-gateway"],
		no: ["", "d", "d:", ":10.0.0.1", "d:10.0.0", "d=e", "d e:10.0.0.1", "d:10.0.0.1:80"],
	},
	{
		check: shapes.isUlimit,
		yes: ["nofile=1024", "nofile=1024:1024", "core=-1", "memlock=-1:-1", "stack=8:-1"],
		no: ["", "nofile", "nofile=", "nofile=a", "as=1", "nofile=2:1", "nofile=-1:1", "nofile=1:2:3"],
	},
	{
		check: shapes.isShmSize,
		yes: ["1024", "64m", "2g", "2GB", "1.5gib", "2 g", "10b"],
		no: ["", "g", "-1g", "2x", "2gg", "2  g"],
	},
	{
		check: shapes.isAttestation,
		yes: ["true", "FALSE", "1", "mode=max", "mode=min,inline-only=true", 'generator=a/b:1,"x=a,b"'],
		no: ["", "yes", "max", "=x", "a b=c"],
	},
	{
		check: shapes.isOneArgument,
		yes: ["--x", "--x=a b", "-q", "a b", "-", "--", "--cgroup-parent=x"],
		no: ["--x y", "-f Dockerfile", "--policy\ta"],
	},
] as const;

for (const { check, yes, no } of checks) {
	describe(check.name, () => {
		for (const text of yes) test(`${JSON.stringify(text)} is one`, () => assert.equal(check(text), true));
		for (const text of no) test(`${JSON.stringify(text)} is none`, () => assert.equal(check(text), false));
	});
}
