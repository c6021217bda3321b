using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Web.Listening;

/// <summary>
/// Accepts the connections of one endpoint, and binds it again when it is lost: a port that was taken, a socket whose file was deleted or
/// moved away with its folder. The endpoint is checked every second. Owned by Kestrel, which accepts one connection at a time; never throws
/// because of the endpoint, but logs each problem once.
/// </summary>
internal sealed class RestoredListener : IConnectionListener
{
    private const int Backlog = 512;

    /// <summary>Pause between two checks of the endpoint, and after an error of the system.</summary>
    private static readonly TimeSpan s_checkEvery = TimeSpan.FromSeconds(1);

    private readonly string? _path;
    private readonly string _siteFolder;
    private readonly SocketConnectionContextFactory _connections;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _bound = new(0);
    private volatile Socket? _listener;
    private FileFacts _file;
    private string? _problem;
    private Task _keeping = Task.CompletedTask;

    /// <param name="endpoint">A Unix socket or an address with a port.</param>
    /// <param name="siteFolder">The folder of the site.</param>
    /// <param name="connections">Creates the connections of accepted sockets.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives problems, and their end.</param>
    public RestoredListener(
        EndPoint endpoint, string siteFolder, SocketConnectionContextFactory connections, TimeProvider time, PlantLog log)
    {
        (EndPoint, _siteFolder, _connections, _time, _log) = (endpoint, siteFolder, connections, time, log);
        _path = (endpoint as UnixDomainSocketEndPoint)?.ToString();
    }

    /// <summary>The endpoint; its port is the real one as soon as it is bound.</summary>
    public EndPoint EndPoint { get; private set; }

    /// <summary>Binds the endpoint, and keeps it bound until the end.</summary>
    public void Start()
    {
        Bind();
        _keeping = Task.Run(KeepAsync);
    }

    /// <returns>The next connection; null when the listener has ended.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_listener is { } listener)
                {
                    var socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                    if (_path is null) socket.NoDelay = true;
                    return _connections.Create(socket);
                }

                await _bound.WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // A listener that was replaced, or a shortage of file handles, which passes.
                await Task.Delay(s_checkEvery, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        var isOwn = IsInPlace();
        _listener?.Dispose();
        if (isOwn && _path is not null) Delete(_path);
    }

    public ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        _stop.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>True while the endpoint leads to this listener. Other systems than Linux do not tell which socket a file is.</summary>
    private bool IsInPlace()
    {
        if (_listener is null) return false;
        if (_path is null) return true;
        if (!OperatingSystem.IsLinux()) return File.Exists(_path);
        var now = FileFacts.Read(_path);
        return now.Kind == FileKind.Socket && (now.Device, now.Inode) == (_file.Device, _file.Inode);
    }

    private async Task KeepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(s_checkEvery, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested || IsInPlace() || !Directory.Exists(_siteFolder)) continue;
            _problem ??= "its file was deleted or moved";
            Bind();
        }
    }

    private void Bind()
    {
        // Disposing deletes the file at the path, so the old socket ends before the new one is bound.
        _listener?.Dispose();
        _listener = null;
        var socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, _path is null ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            if (_path is not null) RemoveOld(_path);
            socket.Bind(EndPoint);

            // The file of a socket gets its rights before anybody can connect to it.
            if (_path is not null && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            if (_path is null) EndPoint = socket.LocalEndPoint!;
            else _file = FileFacts.Read(_path);
            ReportBound();
            _listener = socket;
            _bound.Release();
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            if (_problem != exception.Message) ReportProblem(exception.Message);
            _problem = exception.Message;
        }
    }

    private void ReportBound()
    {
        if (_path is null) _log.Info($"WEB address={EndPoint}");
        else if (_problem is not null) _log.Info($"CONTROL socket={_path} state=OK next=\"plant queue, write and read find this host again\"");
        _problem = null;
    }

    private void ReportProblem(string reason)
    {
        if (_path is null)
            _log.Error($"WEB address={EndPoint} reason=\"{reason}\" next=\"the site runs without it; tried again every second\"");
        else
            _log.Warn($"CONTROL socket={_path} reason=\"{reason}\" next=\"plant queue, write and read do not find this host; tried again every second\"");
    }

    private void RemoveOld(string path)
    {
        if (!Directory.Exists(_siteFolder)) throw new DirectoryNotFoundException($"{_siteFolder} was moved or deleted");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next host replaces the file.
        }
    }
}
