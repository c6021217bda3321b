using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Http.Tests;

public sealed class StatusPolicyTests : HttpTestBase
{
    [Theory]
    [InlineData(HttpMode.Single)]
    [InlineData(HttpMode.Array)]
    [InlineData(HttpMode.Lines)]
    public async Task Every_status_is_stored_retried_or_refused(HttpMode mode)
    {
        int[] retried = [301, 302, 304, 307, 308, 401, 403, 405, 407, 408, 415, 425, 429, 451, .. Enumerable.Range(500, 100)];
        var options = new HttpOptions { Url = Server.Url, Mode = mode, Retry = [451] };
        await using var sink = await ConnectAsync(options);
        for (var status = 200; status < 600; status++)
        {
            if (status is > 308 and < 400) continue;
            Server.Next(ScriptedReply.From(status));
            var batch = Batches.Counting(status, 0, 1);
            var failure = await Xunit.Record.ExceptionAsync(async () => await sink.WriteAsync(batch, default));
            if (status < 300) Assert.Null(failure);
            else if (retried.Contains(status) || status < 400) Assert.IsType<IOException>(failure);
            else Assert.Equal([0], Assert.IsType<RejectedException>(failure).Indexes);
            if (failure is not null) Assert.Contains($"answered {status} Because", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("30", 30_000, ", retry after 30 s")]
    [InlineData("2147483647", 3_600_000, ", retry after 2147483647 s")]
    [InlineData("Sat, 21 Nov 2026 08:01:00 GMT", 59_877, ", retry after 2026-11-21T08:01:00Z")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 3_600_000, ", retry after 9999-12-31T23:59:59Z")]
    [InlineData("Sat, 21 Nov 2026 07:00:00 GMT", null, ", retry after 2026-11-21T07:00:00Z")]
    [InlineData("0", null, ", retry after 0 s")]
    [InlineData("-5", null, "")]
    [InlineData("99999999999999999999", null, "")]
    [InlineData("soon", null, "")]
    public async Task The_wish_for_a_pause_is_told(string wish, int? milliseconds, string words)
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url });
        Server.Next(ScriptedReply.From(429, "slow\r\n\u001b  down", $"Retry-After: {wish}"));
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));

        Assert.Equal($"{Server.Url}/ answered 429 Because{words}: slow down", failure.Message);
        if (milliseconds is { } pause) Assert.Equal(TimeSpan.FromMilliseconds(pause), Assert.IsType<RetryAfterException>(failure).After);
        else Assert.IsType<IOException>(failure);
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(2039)]
    public async Task A_pause_until_a_date_is_counted_from_the_time_of_the_server_whatever_the_clock_here_shows(int year)
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url });
        Clock.StepWallClock(new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero) - Clock.GetUtcNow());
        Server.Next(ScriptedReply.From(
            429, "", "Date: Sat, 21 Nov 2026 08:00:00 GMT\r\nRetry-After: Sat, 21 Nov 2026 08:00:40 GMT"));
        var failure = await Assert.ThrowsAsync<RetryAfterException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));

        Assert.Equal(TimeSpan.FromSeconds(40), failure.After);
    }

    [Fact]
    public async Task A_redirect_is_told_and_not_followed()
    {
        await using var sink = await ConnectAsync();
        Server.Next(ScriptedReply.From(308, "", "Location: https://elsewhere/in"));
        var failure = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));

        Assert.EndsWith("answered 308 Because, moved to https://elsewhere/in", failure.Message, StringComparison.Ordinal);
        Assert.Single(Server.Received);
    }

    [Theory]
    [InlineData(HttpMode.Array)]
    [InlineData(HttpMode.Lines)]
    public async Task A_refused_request_of_many_leaves_the_finding_to_the_host(HttpMode mode)
    {
        await using var sink = await ConnectAsync(With(mode));
        Server.Next(ScriptedReply.From(422, """{"error":"n must not be 1"}"""));
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 3), default));

        Assert.Null(refusal.Indexes);
        Assert.EndsWith("""/in answered 422 Because: {"error":"n must not be 1"}""", refusal.Message, StringComparison.Ordinal);
    }
}
