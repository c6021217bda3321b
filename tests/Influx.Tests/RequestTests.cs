using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Influx;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Influx.Tests;

public sealed class RequestTests : IAsyncLifetime
{
    private readonly ScriptedHttpServer _server = new();

    private InfluxOptions Version2 => new()
    {
        Url = $"{_server.Url}/base/",
        Org = "my org",
        Bucket = "b&1",
        Token = new Secret("tok"),
        Gzip = false,
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_request_has_the_new_secret(bool isVersion2)
    {
        var given = "first";
        var secret = new Secret(() => given);
        var options = isVersion2
            ? new InfluxOptions { Url = _server.Url, Org = "o", Bucket = "b", Token = secret }
            : new InfluxOptions { Url = _server.Url, Database = "d", User = "u", Password = secret };
        await using var sink = await ConnectAsync(options);
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        given = "second";
        await sink.WriteAsync(Batches.Counting(2, 1, 1), default);
        string[] expected = isVersion2 ? ["Token first", "Token first", "Token second"]
            : ["Basic dTpmaXJzdA==", "Basic dTpmaXJzdA==", "Basic dTpzZWNvbmQ="];
        Assert.Equal(expected, _server.Received.Select(r => r["Authorization"]));
        if (!isVersion2) return;
        given = "third\n";
        var failure = await Assert.ThrowsAsync<NotConnectedException>(() => sink.WriteAsync(Batches.Counting(3, 2, 1), default).AsTask());
        Assert.DoesNotContain("third", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_1_is_asked_in_its_way()
    {
        var options = new InfluxOptions
        {
            Url = _server.Url,
            Database = "my db",
            RetentionPolicy = "a/b",
            User = "edge",
            Password = new Secret("pä:ss"),
            Precision = Precision.Us,
        };
        await using var sink = await ConnectAsync(options);
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);

        Assert.Equal(["/ping", "/write?db=my%20db&rp=a%2Fb&precision=u"], _server.Received.Select(r => r.Target));
        Assert.All(_server.Received, r => Assert.Equal("Basic ZWRnZTpww6Q6c3M=", r["Authorization"]));
        Assert.Equal(("POST", "gzip"), (_server.Received[1].Method, _server.Received[1]["Content-Encoding"]));
        Assert.Equal("press,site=press-hall,device=press,tenant=clientA n=0i 1795248000123000\n", _server.Received[1].Text);
    }

    [Fact]
    public async Task Version_2_is_asked_in_its_way()
    {
        await using var sink = await ConnectAsync(Version2);
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);

        Assert.Equal(["/base/ping", "/base/api/v2/write?org=my%20org&bucket=b%261&precision=ns"], _server.Received.Select(r => r.Target));
        Assert.All(_server.Received, r => Assert.Equal("Token tok", r["Authorization"]));
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(413, true)]
    [InlineData(422, true)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(429, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public async Task Only_answers_about_the_lines_refuse_records(int status, bool isRefused)
    {
        await using var sink = await ConnectAsync(Version2);
        _server.Next(ScriptedReply.From(status, "words", "Retry-After: 7"));
        var failure = await Xunit.Record.ExceptionAsync(async () => await sink.WriteAsync(Batches.Counting(1, 0, 2), default));

        if (isRefused) Assert.Null(Assert.IsType<RejectedException>(failure).Indexes);
        else Assert.Equal(TimeSpan.FromSeconds(7), Assert.IsType<RetryAfterException>(failure).After);
        Assert.EndsWith($"/api/v2/write answered {status} Because, retry after 7 s: words", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_conflict_of_version_2_names_its_records()
    {
        await using var sink = await ConnectAsync(Version2);
        const string Conflict = """
            {"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict:
             input field \"a\" on measurement \"press\" is type float, already exists as type integer dropped=1"}
            """;
        _server.Next(ScriptedReply.From(422, Conflict));
        var batch = Batches.Counting(1, 0, 2);
        batch.AddScan(Batches.Start, ("a", 1.5, Quality.Good));
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));

        Assert.Equal([2], refusal.Indexes);
    }

    [Theory]
    [InlineData("""{"none":null,"list":[]}""")]
    [InlineData("""{"a":1,"half":"\ud800"}""")]
    [InlineData("{\"a\":1")]
    public async Task A_payload_without_values_is_refused_and_the_others_are_stored(string payload)
    {
        await using var sink = await ConnectAsync(Version2);
        var batch = Batches.Counting(1, 0, 1);
        batch.Add(Batches.Start, "press", Encoding.UTF8.GetBytes(payload));
        batch.AddCounting(1, 1);
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));

        Assert.Equal([1], refusal.Indexes);
        Assert.True(refusal.OthersAreStored);
        Assert.Equal(
            "press,site=press-hall,device=press,tenant=clientA n=0i 1795248000123000000\npress,site=press-hall,device=press,tenant=clientA n=1i 1795248000124000000\n",
            _server.Received[^1].Text);
    }

    [Fact]
    public async Task A_server_that_is_ill_is_told_at_connecting()
    {
        _server.Next(ScriptedReply.From(503, "starting"));
        var failure = await Assert.ThrowsAsync<NotConnectedException>(() => ConnectAsync(Version2));
        Assert.Equal($"{_server.Url}/base/ping answered 503 Because: starting", failure.Message);

        _server.Next(ScriptedReply.Reset);
        failure = await Assert.ThrowsAsync<NotConnectedException>(() => ConnectAsync(Version2));
        Assert.Equal($"{_server.Url}/base/ping: the far end reset the connection", failure.Message);
    }

    private static async Task<ISink> ConnectAsync(InfluxOptions options)
    {
        var context = new PluginContext("history", "press-hall", "/", new ManualTimeProvider(Batches.Start), new CapturingPluginLog())
            { Tenant = "clientA" };
        var sink = new InfluxPlugin().Open(options, context);
        await sink.ConnectAsync(default);
        return sink;
    }
}
