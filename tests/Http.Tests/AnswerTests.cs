using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Testing.Server;

namespace PlantRuntime.Http.Tests;

public sealed class AnswerTests : HttpTestBase
{
    [Theory]
    [InlineData(HttpMode.Single)]
    [InlineData(HttpMode.Array)]
    [InlineData(HttpMode.Lines)]
    public async Task Every_status_is_stored_retried_or_refused(HttpMode mode)
    {
        int[] retried = [301, 302, 304, 307, 308, 401, 403, 407, 408, 425, 429, 451, .. Enumerable.Range(500, 100)];
        var options = new HttpOptions { Url = Server.Url, Mode = mode, Retry = [451] };
        await using var sink = await ConnectAsync(options);
        for (var status = 200; status < 600; status++)
        {
            if (status is > 308 and < 400) continue;
            Server.Next(Reply.Of(status));
            var batch = Batches.Counting(status, 0, 1);
            var failure = await Xunit.Record.ExceptionAsync(async () => await sink.WriteAsync(batch, default));
            if (status < 300) Assert.Null(failure);
            else if (retried.Contains(status) || status < 400) Assert.IsType<IOException>(failure);
            else Assert.Equal([0], Assert.IsType<RejectedException>(failure).Indexes);
            if (failure is not null) Assert.Contains($"answered {status} Because", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Retry-After: 30", "/ answered 429 Because, retry after 30 s: slow down")]
    [InlineData("Retry-After: Sat, 21 Nov 2026 09:00:00 GMT", "/ answered 429 Because, retry after 2026-11-21T09:00:00Z: slow down")]
    [InlineData("Retry-After: soon", "/ answered 429 Because: slow down")]
    public async Task The_wish_for_a_pause_is_told(string header, string end)
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url });
        Server.Next(Reply.Of(429, "slow\r\n\u001b  down", header));
        var failure = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));

        Assert.Equal(Server.Url + end, failure.Message);
    }

    [Fact]
    public async Task A_redirect_is_told_and_not_followed()
    {
        await using var sink = await ConnectAsync();
        Server.Next(Reply.Of(308, "", "Location: https://elsewhere/in"));
        var failure = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));

        Assert.EndsWith("answered 308 Because, moved to https://elsewhere/in", failure.Message, StringComparison.Ordinal);
        Assert.Single(Server.Seen);
    }

    [Theory]
    [InlineData(HttpMode.Array)]
    [InlineData(HttpMode.Lines)]
    public async Task A_refused_request_of_many_leaves_the_finding_to_the_host(HttpMode mode)
    {
        await using var sink = await ConnectAsync(With(mode));
        Server.Next(Reply.Of(422, """{"error":"n must not be 1"}"""));
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 3), default));

        Assert.Null(refusal.Indexes);
        Assert.EndsWith("""/in answered 422 Because: {"error":"n must not be 1"}""", refusal.Message, StringComparison.Ordinal);
    }
}
