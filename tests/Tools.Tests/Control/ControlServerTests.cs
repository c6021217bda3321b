using System.Text.Json.Nodes;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Control;

namespace PlantRuntime.Tools.Tests.Control;

/// <summary>The control socket is there from the beginning, and again after its file or folder was deleted or moved.</summary>
public sealed class ControlServerTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly string _site;
    private ControlServer _server;

    public ControlServerTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "an open socket can be moved and deleted on Linux");
        _site = _folder.Of("site");
        Directory.CreateDirectory(_site);
        _log = _lines.Open(TimeProvider.System, LogLevel.Info);
        _server = Create();
    }

    private string SocketPath => Path.Combine(_site, "data", "host.sock");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _log.Dispose();
        _folder.Dispose();
    }

    [SkippableTheory]
    [InlineData("data is deleted")]
    [InlineData("data is moved")]
    [InlineData("the socket is deleted")]
    [InlineData("another file is in its place")]
    public async Task A_socket_that_is_gone_is_made_again(string what)
    {
        _server.Start();
        Assert.Equal("pong", await AskAsync("ping"));
        if (what == "data is deleted") Directory.Delete(Path.Combine(_site, "data"), recursive: true);
        else if (what == "data is moved") Directory.Move(Path.Combine(_site, "data"), _folder.Of("old"));
        else File.Delete(SocketPath);
        if (what.StartsWith("another", StringComparison.Ordinal)) File.WriteAllText(SocketPath, "");
        await LookAsync();
        await _lines.WhenAsync("CONTROL state=OK");
        Assert.Equal("pong", await AskAsync("ping"));
    }

    [SkippableFact]
    public async Task A_site_that_is_moved_away_and_back_keeps_its_socket()
    {
        _server.Start();
        Directory.Move(_site, _folder.Of("away"));
        await LookAsync();
        await LookAsync();
        Assert.False(Directory.Exists(_site));
        Directory.Move(_folder.Of("away"), _site);
        Assert.Equal("pong", await AskAsync("ping"));
    }

    [SkippableFact]
    public async Task A_socket_that_cannot_be_made_is_named_once_and_made_later()
    {
        File.WriteAllText(Path.Combine(_site, "data"), "in the way");
        _server.Start();
        for (var i = 0; i < 3; i++) await LookAsync();
        File.Delete(Path.Combine(_site, "data"));
        await LookAsync();
        await _lines.WhenAsync("CONTROL state=OK");
        Assert.Equal("pong", await AskAsync("ping"));
        Assert.Single(_lines.All, l => l.Contains("CONTROL", StringComparison.Ordinal) && l.Contains("reason=", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task An_end_without_the_folder_is_no_error()
    {
        _server.Start();
        Directory.Delete(_site, recursive: true);
        await _server.DisposeAsync();
        Assert.False(Directory.Exists(_site));
        Directory.CreateDirectory(_site);
        _server = Create();
    }

    [SkippableFact]
    public async Task A_command_that_fails_is_answered_with_an_escaped_reason_of_a_kilobyte()
    {
        _server.Start();
        var failure = await Assert.ThrowsAsync<ControlException>(() => AskAsync("fail"));
        Assert.InRange(failure.Message.Length, 1000, 1100);
        Assert.StartsWith("ArgumentException: EVIL\\n\\u001B[31m\\u202E", failure.Message, StringComparison.Ordinal);
        Assert.Equal("pong", await AskAsync("ping"));
    }

    private ControlServer Create()
    {
        var server = new ControlServer(_site, _time, _log);
        server.On("ping", _ => Task.FromResult<JsonNode>("pong"));
        server.On("fail", _ => throw new ArgumentException("EVIL\n\u001b[31m\u202e" + new string('x', 5_000_000)));
        return server;
    }

    /// <summary>Lets the server look at its socket once.</summary>
    private async Task LookAsync()
    {
        await _time.WhenArmedAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await _time.WhenArmedAsync();
    }

    private async Task<string> AskAsync(string command) =>
        (string)(await ControlClient.AskAsync(_site, new JsonObject { ["command"] = command }, CancellationToken.None))!;
}
