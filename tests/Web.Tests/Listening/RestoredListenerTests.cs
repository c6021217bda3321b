using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Client;
using PlantRuntime.Web.Listening;

namespace PlantRuntime.Web.Tests.Listening;

/// <summary>
/// An endpoint is there from the beginning, and again after its file or folder was deleted or moved, or its port is free.
/// </summary>
public sealed class RestoredListenerTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines _lines = new();
    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    private readonly PlantLog _log;
    private readonly string _site;
    private RestoredListener _listener;

    public RestoredListenerTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "an open socket can be moved and deleted on Linux");
        _site = _folder.Of("site");
        Directory.CreateDirectory(_site);
        _log = _lines.Open(TimeProvider.System, LogLevel.Info);
        _listener = Create(new UnixDomainSocketEndPoint(SocketPath));
    }

    private string SocketPath => SiteSocket.PathOf(_site);

    public async ValueTask DisposeAsync()
    {
        await _listener.UnbindAsync();
        await _listener.DisposeAsync();
        _connections.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    [SkippableTheory]
    [InlineData("data is deleted")]
    [InlineData("data is moved")]
    [InlineData("the socket is deleted")]
    [InlineData("another file is in its place")]
    public async Task A_socket_that_is_gone_is_made_again(string fault)
    {
        _listener.Start();
        await AssertAcceptsAsync();
        if (fault == "data is deleted") Directory.Delete(Path.Combine(_site, "data"), recursive: true);
        else if (fault == "data is moved") Directory.Move(Path.Combine(_site, "data"), _folder.Of("old"));
        else File.Delete(SocketPath);
        if (fault.StartsWith("another", StringComparison.Ordinal)) File.WriteAllText(SocketPath, "");
        await CheckAsync();
        await _lines.WhenAsync("CONTROL state=OK");
        await AssertAcceptsAsync();
    }

    [SkippableFact]
    public async Task A_connection_that_is_awaited_comes_also_when_the_socket_is_made_again_meanwhile()
    {
        _listener.Start();
        var accepting = _listener.AcceptAsync().AsTask();
        File.Delete(SocketPath);
        await CheckAsync();
        await _lines.WhenAsync("CONTROL state=OK");
        using var client = Connect();

        // The wait for the old socket ends with an error, after which the listener pauses.
        while (!accepting.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(accepting, Task.Delay(20));
        }

        await using var connection = await accepting;
        Assert.NotNull(connection);
    }

    [SkippableFact]
    public async Task A_site_that_is_moved_away_and_back_keeps_its_socket()
    {
        _listener.Start();
        Directory.Move(_site, _folder.Of("away"));
        await CheckAsync();
        await CheckAsync();
        Assert.False(Directory.Exists(_site));
        Directory.Move(_folder.Of("away"), _site);
        await AssertAcceptsAsync();
    }

    [SkippableFact]
    public async Task A_socket_that_cannot_be_made_is_named_once_and_made_later()
    {
        File.WriteAllText(Path.Combine(_site, "data"), "in the way");
        _listener.Start();
        for (var i = 0; i < 3; i++) await CheckAsync();
        File.Delete(Path.Combine(_site, "data"));
        await CheckAsync();
        await _lines.WhenAsync("CONTROL state=OK");
        await AssertAcceptsAsync();
        Assert.Single(_lines.All, l => l.Contains("CONTROL", StringComparison.Ordinal) && l.Contains("reason=", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_port_that_is_taken_is_named_once_and_bound_when_it_is_free()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = (IPEndPoint)taken.LocalEndPoint!;
        await using var listener = Create(port);
        listener.Start();
        await CheckAsync();
        taken.Dispose();
        await CheckAsync();
        await _lines.WhenAsync($"INFO  WEB address={port}");
        using var client = new TcpClient();
        await client.ConnectAsync(port);
        await using var connection = await listener.AcceptAsync();
        Assert.NotNull(connection);
        Assert.Single(_lines.All, l => l.Contains("WEB", StringComparison.Ordinal) && l.Contains("reason=", StringComparison.Ordinal));
        await listener.UnbindAsync();
    }

    [SkippableFact]
    public async Task An_end_without_the_folder_is_no_error()
    {
        _listener.Start();
        Directory.Delete(_site, recursive: true);
        await _listener.UnbindAsync();
        Assert.Null(await _listener.AcceptAsync());
        Assert.False(Directory.Exists(_site));
        _listener = Create(new UnixDomainSocketEndPoint(SocketPath));
    }

    [SkippableFact]
    public void Only_the_user_of_the_host_may_open_the_socket()
    {
        _listener.Start();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
    }

    private RestoredListener Create(EndPoint endpoint) => new(endpoint, _site, _connections, _time, _log);

    /// <summary>Lets the listener check its endpoint once.</summary>
    private async Task CheckAsync()
    {
        await _time.WhenArmedAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await _time.WhenArmedAsync();
    }

    private Socket Connect()
    {
        var client = SiteSocket.Create();
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return client;
    }

    private async Task AssertAcceptsAsync()
    {
        using var client = Connect();
        await using var connection = await _listener.AcceptAsync();
        Assert.NotNull(connection);
    }
}
