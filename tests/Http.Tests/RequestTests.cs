using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Http.Tests;

public sealed class RequestTests : HttpTestBase
{
    private const string First = """{"time":"2026-11-21T08:00:00.123Z","device":"press","tags":{"n":0}}""";
    private const string Second = """{"time":"2026-11-21T08:00:00.124Z","device":"press","tags":{"n":1}}""";

    [Theory]
    [InlineData(HttpMode.Single, "application/json", new[] { "7-0", "7-1" }, First, Second)]
    [InlineData(HttpMode.Array, "application/json", new[] { "7-0-7-1-2" }, $"[{First},{Second}]")]
    [InlineData(HttpMode.Lines, "application/x-ndjson", new[] { "7-0-7-1-2" }, $"{First}\n{Second}\n")]
    public async Task A_mode_has_its_bodies(HttpMode mode, string type, string[] keys, params string[] bodies)
    {
        await using var sink = await ConnectAsync(With(mode));
        await sink.WriteAsync(Batches.Counting(7, 0, 2), default);

        Assert.Equal(bodies, Bodies());
        Assert.All(Server.Received,
            request => Assert.Equal(("POST", "/in", type), (request.Method, request.Target, request["Content-Type"])));
        Assert.Equal(keys.Select(key => $"api-{Batches.Queue:N}-{key}"), Server.Received.Select(request => request["Idempotency-Key"]));
    }

    [Fact]
    public async Task Everything_the_site_says_is_in_the_request()
    {
        await using var sink = await ConnectAsync(new HttpOptions
        {
            Url = $"{Server.Url}/v1/in?plant=1",
            Method = HttpVerb.Put,
            Gzip = true,
            Token = new Secret("abc"),
            Headers = { ["X-Plant"] = "press hall" },
            SecretHeaders = { ["X-Api-Key"] = new Secret("k1") },
        });
        await sink.WriteAsync(Batches.Counting(1, 0, 2), default);

        var request = Assert.Single(Server.Received);
        Assert.Equal(("PUT", "/v1/in?plant=1", "gzip"), (request.Method, request.Target, request["Content-Encoding"]));
        Assert.Equal(("Bearer abc", "press hall", "k1"), (request["Authorization"], request["X-Plant"], request["X-Api-Key"]));
        Assert.Equal($"[{First},{Second}]", request.Text);
        Assert.Null(request["traceparent"]);
    }

    [Fact]
    public async Task Requests_share_a_connection_also_after_errors()
    {
        await using var sink = await ConnectAsync(With(HttpMode.Single));
        Server.Next(ScriptedReply.From(422, new string('x', 10_000)));
        await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 5), default));

        Assert.Equal((5, 1), (Server.Received.Count, Server.Connections));
    }

    [Fact]
    public async Task Another_body_has_another_key()
    {
        var all = Batches.Counting(1, 0, 5);
        RecordBatch[] parts = [all, all.Part(i => i < 4), all.Part(i => i > 0), all.Part(i => i != 2), all.Part(i => i is not (2 or 3))];
        await using var sink = await ConnectAsync();
        await using var other = await ConnectAsync(name: "büro/2");
        foreach (var part in parts) await sink.WriteAsync(part, default);
        await other.WriteAsync(all, default);

        var keys = Server.Received.Select(request => request["Idempotency-Key"]).ToArray();
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal($"b%C3%BCro%2F2-{Batches.Queue:N}-1-0-1-4-5", keys[^1]);
    }

    [Fact]
    public async Task A_record_without_identity_has_no_key()
    {
        await using var sink = await ConnectAsync();
        var batch = Batches.Counting(1, 0, 1);
        batch.Queue = Guid.Empty;
        await sink.WriteAsync(batch, default);

        Assert.Null(Server.Received[0]["Idempotency-Key"]);
    }

    [Fact]
    public void Options_that_make_no_sense_are_all_named()
    {
        var options = new HttpOptions
        {
            Url = "http://user:pw@host/in#part",
            Headers = { ["Content-Type"] = "text/csv", ["a b"] = "x", ["X"] = "ä", ["authorization"] = "Basic x" },
            Token = new Secret("line\nbreak"),
            Tls = new(),
        };
        Assert.Equal(["url", "url", "tls", "headers", "headers", "headers", "token", "token"], options.Validate().Select(p => p.Key));
        var messages = string.Join('\n', options.Validate().Select(p => p.Message));
        Assert.DoesNotContain("pw", messages, StringComparison.Ordinal);
        Assert.DoesNotContain("break", messages, StringComparison.Ordinal);
        Assert.Equal(["url"], new HttpOptions { Url = "host/in" }.Validate().Select(p => p.Key));
        Assert.Empty(new HttpOptions { Url = "https://host/in", Tls = new() { Ca = "ca.crt" }, Token = new Secret("abc") }.Validate());
    }
}
