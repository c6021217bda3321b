using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PlantRuntime.Web.Tests.Live;

/// <summary>The trace of a device of a running site, over the API and by the command.</summary>
[Trait("Needs", "Process")]
public sealed class TraceTests : IAsyncLifetime
{
    private WebFixture _web = null!;

    public async Task InitializeAsync() => _web = await WebFixture.StartAsync();

    public async Task DisposeAsync() => await _web.DisposeAsync();

    [Fact]
    public async Task A_trace_shows_requests_and_replies_until_its_time_is_over_and_is_audited()
    {
        var (exit, output) = await PlantProcess.RunAsync("trace", _web.Folder, "line", "--for", "1s");
        Assert.True(exit == 0, output);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("tracing line; ", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.EndsWith("Z > read 2 simulated tags, which have no bytes", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Z < after ", StringComparison.Ordinal)
            && l.EndsWith(" ms, reply to read 2 simulated tags", StringComparison.Ordinal));
        Assert.EndsWith(" messages", lines[^1], StringComparison.Ordinal);
        var audit = await File.ReadAllTextAsync(_web.Audit);
        Assert.Contains("\"trace\"", audit, StringComparison.Ordinal);
        Assert.Contains("\"line\"", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_device_and_a_client_without_login_are_refused()
    {
        var (exit, output) = await PlantProcess.RunAsync("trace", _web.Folder, "lin");
        Assert.Equal(1, exit);
        Assert.Contains("no device \"lin\" in the running site", output, StringComparison.Ordinal);
        using var refused = await _web.Client.PostAsJsonAsync("/api/devices/line/trace", new JsonObject());
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var wrong = await _web.Local.PostAsJsonAsync("/api/devices/line/trace", new JsonObject { ["for"] = "soon" });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task A_client_that_goes_ends_its_trace_and_makes_room_for_another()
    {
        var trace = _web.Host.Site.Plugins.Traces.Of("line");
        var open = new List<HttpResponseMessage>();
        while (await OpenAsync() is { StatusCode: HttpStatusCode.OK } response) open.Add(response);
        Assert.Equal(8, open.Count);
        Assert.True(trace.IsOn);
        open.ForEach(r => r.Dispose());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (trace.IsOn) await Task.Delay(10, patience.Token);
    }

    [Fact]
    public async Task A_trace_of_a_device_that_is_not_connected_says_why_no_message_passes()
    {
        await using var web = await WebFixture.StartAsync(WebFixture.SiteToml + """

            [devices.dead]
            driver = "modbus"
            host = "127.0.0.1"
            port = 1
              [devices.dead.tags]
              a = "holding:1"
            """);
        await web.Log.WhenAsync("RECONNECT");
        var (exit, output) = await PlantProcess.RunAsync("trace", web.Folder, "dead", "--for", "1ms");
        Assert.True(exit == 0, output);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("dead is not connected, its next attempt is shown: Reconnecting: "
            + "connection refused: nothing listens on that port", lines[1]);
        Assert.Equal("0 messages: none passed, or the driver reports none (docs/trace.md)", lines[^1]);
    }

    [Fact]
    public async Task The_device_does_not_wait_for_a_reader_that_takes_nothing()
    {
        using var response = await OpenAsync();
        await _web.WhenScannedAsync(20);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, _web.Host.Devices[0].Status.ReconnectsInRow);
    }

    private async Task<HttpResponseMessage> OpenAsync()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/devices/line/trace") { Content = JsonContent.Create(new { }) };
        return await _web.Local.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
