using System.Text;
using PlantRuntime.Conformance.Peers.Http;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

/// <summary>Questions: the response is the answer, within limits; and fields of the record in the url.</summary>
public sealed class AskTests : HttpTestBase
{
    [Fact]
    public async Task The_response_is_the_answer()
    {
        await using var sink = await ConnectAsync(With(HttpMode.Array));
        Server.Next(Reply(201, """{"level":3}"""));
        var answer = await AskAsync(sink, """{"a":1}""");
        Assert.Equal((201, """{"level":3}"""), (answer.Status, Encoding.UTF8.GetString(answer.Body.Span)));
        var request = Assert.Single(Server.Received);
        Assert.Equal("""{"a":1}""", request.Text);
        Assert.EndsWith("-7-0", request["Idempotency-Key"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_may_be_empty()
    {
        await using var sink = await ConnectAsync();
        var answer = await AskAsync(sink, "{}");
        Assert.Equal((204, 0), (answer.Status, answer.Body.Length));
    }

    [Theory]
    [InlineData(404, true, null)]
    [InlineData(503, true, null)]
    [InlineData(422, false, typeof(RejectedException))]
    [InlineData(500, false, typeof(IOException))]
    [InlineData(401, false, typeof(IOException))]
    [InlineData(301, false, typeof(IOException))]
    public async Task Only_successes_and_final_codes_are_answers(int status, bool isAnswer, Type? failure)
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url, Final = [404, 503] });
        Server.Next(Reply(status, "why"));
        var thrown = await Xunit.Record.ExceptionAsync(async () =>
        {
            var answer = await AskAsync(sink, "{}");
            Assert.Equal((status, "why"), (answer.Status, Encoding.UTF8.GetString(answer.Body.Span)));
        });
        Assert.Equal(isAnswer, thrown is null);
        Assert.Equal(failure, thrown?.GetType());
        if (thrown is not null) Assert.Contains($"answered {status} Because", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_gets_a_final_code_is_refused()
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url, Final = [500] });
        Server.Next(ScriptedReply.From(500));
        await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));
    }

    [Theory]
    [InlineData(1024, false)]
    [InlineData(1024, true)]
    [InlineData(1 << 20, false)]
    [InlineData(1 << 20, true)]
    public async Task An_answer_up_to_the_limit_is_read_and_a_larger_one_is_not(int limit, bool isChunked)
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url, MaxResponse = new ByteSize(limit) });
        Server.Next(Large(limit, isChunked));
        Assert.Equal(limit, (await AskAsync(sink, "{}")).Body.Length);
        Server.Next(Large(limit + 1, isChunked));
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await AskAsync(sink, "{}"));
        Assert.EndsWith($"answered with more than max_response = {new ByteSize(limit)}", refusal.Message, StringComparison.Ordinal);

        // The next question gets its own answer.
        Server.Next(Reply(200, "fresh"));
        Assert.Equal("fresh", Encoding.UTF8.GetString((await AskAsync(sink, "{}")).Body.Span));
    }

    [Fact]
    public async Task An_endless_answer_ends_at_the_limit()
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url, MaxResponse = new ByteSize(4096) });
        var head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        Server.Next(Raw(head + string.Concat(Enumerable.Repeat("400\r\n" + new string('x', 1024) + "\r\n", 10)), AfterReply.Hang));
        await Assert.ThrowsAsync<RejectedException>(async () => await AskAsync(sink, "{}"));
    }

    [Fact]
    public async Task An_answer_that_stays_away_ends_with_the_call()
    {
        await using var sink = await ConnectAsync();
        Server.Next(Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", AfterReply.Hang));
        using var patience = new CancellationTokenSource();
        var asking = AskAsync(sink, "{}", patience.Token);
        await Server.FirstRequest;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task A_truncated_answer_is_asked_for_again()
    {
        await using var sink = await ConnectAsync();
        Server.Next(Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", AfterReply.Close));
        await Assert.ThrowsAsync<NotConnectedException>(() => AskAsync(sink, "{}"));
        Server.Next(Reply(200, "whole"));
        Assert.Equal("whole", Encoding.UTF8.GetString((await AskAsync(sink, "{}")).Body.Span));
    }

    [Theory]
    [InlineData("""{"tag":"corriente","n":7}""", "/sensors/corriente?n=7")]
    [InlineData("""{"tag":"a/b ?é#%","n":true}""", "/sensors/a%2Fb%20%3F%C3%A9%23%25?n=true")]
    [InlineData("""{"tag":12.5,"n":".."}""", "/sensors/12.5?n=..")]
    [InlineData("""{"tag":"..a","n":""}""", "/sensors/..a?n=")]
    public async Task Fields_of_the_record_stand_in_path_and_query(string record, string target)
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url + "/sensors/{tag}?n={n}", Mode = HttpMode.Single });
        await AskAsync(sink, record);
        await sink.WriteAsync(BatchOf(record), default);
        Assert.Equal([target, target], Server.Received.Select(r => r.Target));
    }

    [Theory]
    [InlineData("""{"n":7}""", "the record has no tag")]
    [InlineData("""{"tag":null,"n":7}""", "tag is neither text nor a number")]
    [InlineData("""{"tag":{"a":1},"n":7}""", "tag is neither text nor a number")]
    [InlineData("""{"tag":"..","n":7}""", "tag is \"..\", which cannot be a part of a path")]
    [InlineData("""{"tag":"","n":7}""", "tag is \"\", which cannot be a part of a path")]
    [InlineData("""{"tag":"\ud800","n":7}""", "tag is no valid Unicode text")]
    public async Task A_record_without_a_usable_field_is_refused(string record, string reason)
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url + "/sensors/{tag}?n={n}", Mode = HttpMode.Single });
        var refusal = await Assert.ThrowsAsync<RejectedException>(() => AskAsync(sink, record));
        Assert.Equal($"{Server.Url}/sensors/{{tag}}: {reason}", refusal.Message);
        refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(BatchOf(record), default));
        Assert.Equal([0], refusal.Indexes);
        Assert.Empty(Server.Received);
    }

    [Theory]
    [InlineData("http://host/{tag}", HttpMode.Array, "url: with fields of the record each record is a request: write mode = \"single\"")]
    [InlineData("http://{host}/x", HttpMode.Single,
        "url: {host} can only stand in the path or the query, so that no record decides which server it goes to")]
    [InlineData("http://host/{tag", HttpMode.Single, "url: a field of the record is its name in braces, as in https://host/sensors/{tag}")]
    [InlineData("http://host/{}", HttpMode.Single, "url: a field of the record is its name in braces, as in https://host/sensors/{tag}")]
    [InlineData("http://host/{a{}}", HttpMode.Single, "url: a field of the record is its name in braces, as in https://host/sensors/{tag}")]
    public void A_wrong_template_is_named(string url, HttpMode mode, string problem) =>
        Assert.Equal([problem], new HttpOptions { Url = url, Mode = mode }.Validate().Select(p => $"{p.Key}: {p.Message}"));

    [Fact]
    public void Options_that_contradict_each_other_are_named()
    {
        var options = new HttpOptions { Url = "http://host/x", Retry = [404], Final = [404, 500], MaxResponse = new ByteSize(100) };
        Assert.Equal(
            ["final: 404 is in retry, too: leave one out", "max_response: is from \"1KB\" to \"16MB\""],
            options.Validate().Select(p => $"{p.Key}: {p.Message}"));
    }

    private static async Task<SinkAnswer> AskAsync(ISink sink, string json, CancellationToken cancel = default) =>
        await ((IAnsweringSink)sink).AskAsync(BatchOf(json)[0], cancel);

    private static RecordBatch BatchOf(string json)
    {
        var batch = new RecordBatch { Queue = Guid.Parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff"), Number = 7 };
        batch.Add(Batches.Start, "press", Encoding.UTF8.GetBytes(json));
        return batch;
    }

    private static ScriptedReply Reply(int status, string body) =>
        Raw($"HTTP/1.1 {status} Because\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}", AfterReply.KeepOpen);

    private static ScriptedReply Large(int length, bool isChunked)
    {
        var body = new string('x', length);
        return isChunked
            ? Raw($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n", AfterReply.KeepOpen)
            : Raw($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}", AfterReply.KeepOpen);
    }

    private static ScriptedReply Raw(string text, AfterReply then) => new(Encoding.UTF8.GetBytes(text), then);
}
