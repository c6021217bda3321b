using System.Net;
using System.Net.Sockets;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Http.Tests;

public sealed class NetworkTests : HttpTestBase
{
    public static TheoryData<string, string> Broken => new()
    {
        { "reset", "the far end reset the connection" },
        { "", "the server closed the connection before it answered" },
        { "SSH-2.0-OpenSSH_9.2\r\n", "what answered is no HTTP server: " },
        { "HTTP/1.1 2", "the server closed the connection before it answered" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_broke_is_told_and_the_next_attempt_works(string answer, string words)
    {
        await using var sink = await ConnectAsync();
        Server.Next(answer == "reset" ? ScriptedReply.Reset : ScriptedReply.Raw(answer));
        var failure = await Assert.ThrowsAsync<NotConnectedException>(() => sink.WriteAsync(Batches.Counting(1, 0, 1), default).AsTask());
        Assert.StartsWith($"{Server.Url}/in: {words}", failure.Message, StringComparison.Ordinal);

        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Assert.Equal(Server.Received[0]["Idempotency-Key"], Server.Received[1]["Idempotency-Key"]);
    }

    [Fact]
    public async Task Nobody_there_is_told()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var url = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}/in";
        await using var sink = await ConnectAsync(new HttpOptions { Url = url });
        var failure = await Assert.ThrowsAsync<NotConnectedException>(() => sink.WriteAsync(Batches.Counting(1, 0, 1), default).AsTask());

        Assert.Equal($"{url}: connection refused: nothing listens on that port", failure.Message);
    }

    [Fact]
    public async Task Silence_ends_with_the_token_and_the_next_attempt_works()
    {
        await using var sink = await ConnectAsync();
        Server.Next(ScriptedReply.Silence);
        using var deadline = new CancellationTokenSource();
        var write = sink.WriteAsync(Batches.Counting(1, 0, 1), deadline.Token).AsTask();
        await Server.FirstRequest;
        await deadline.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);

        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Assert.Equal(2, Server.Received.Count);
    }

    [Fact]
    public async Task A_service_has_30_s_to_answer_and_takes_a_whole_batch_unless_told_otherwise()
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url });
        Assert.Equal(TimeSpan.FromSeconds(30), Assert.IsAssignableFrom<IPatientSink>(sink).CallTimeout);
        Assert.Equal(500, Assert.IsAssignableFrom<ILimitedSink>(sink).MostRecords);
        await using var other = await ConnectAsync(new HttpOptions { Url = Server.Url, Timeout = TimeSpan.FromMinutes(5), Batch = 100 });
        Assert.Equal(TimeSpan.FromMinutes(5), Assert.IsAssignableFrom<IPatientSink>(other).CallTimeout);
        Assert.Equal(100, Assert.IsAssignableFrom<ILimitedSink>(other).MostRecords);
    }

    [Fact]
    public async Task A_slow_answer_holds_no_other_request_when_several_may_be_under_way()
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url, InFlight = 2 });
        Assert.Equal(2, Assert.IsAssignableFrom<IParallelSink>(sink).BatchesAtOnce);
        Server.Next(ScriptedReply.Silence);
        using var deadline = new CancellationTokenSource();
        var slow = sink.WriteAsync(Batches.Counting(1, 0, 1), deadline.Token).AsTask();
        await Server.FirstRequest;
        await sink.WriteAsync(Batches.Counting(2, 1, 1), default);
        Assert.False(slow.IsCompleted);
        await deadline.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);

        Assert.Equal(["0", "1"], Server.Received.SelectMany(r => JsonLine.Samples(r.Text[1..^1])).Select(s => s.Value));
    }

    [Fact]
    public async Task An_error_whose_body_never_ends_is_told_by_its_status_when_the_token_ends_it()
    {
        await using var sink = await ConnectAsync();
        Exception? failure = null;

        // A token that ends before the head of the response proves nothing: then the test tries a longer one.
        for (var limit = 50; failure is null or OperationCanceledException && limit < 20_000; limit *= 2)
        {
            Server.Next(new ScriptedReply("HTTP/1.1 503 Because\r\nContent-Length: 99\r\n\r\nbegun"u8.ToArray(), AfterReply.Hang));
            using var deadline = new CancellationTokenSource(limit);
            failure = await Xunit.Record.ExceptionAsync(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), deadline.Token));
        }

        Assert.Contains("answered 503 Because: begun", Assert.IsType<IOException>(failure).Message, StringComparison.Ordinal);
    }
}
