using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Tools.Control;

/// <summary>
/// Serves commands for a running site over a Unix socket: a line of JSON in, <c>{"command":"queue","sink":"broker"}</c>, and one out,
/// <c>{"result":…}</c> or <c>{"error":"…"}</c>. One command per connection; a stream command sends further lines until the client closes
/// its side. Owned by <c>plant run</c>, which starts it before the host and disposes it before. Connections are served in parallel on the
/// thread pool, so commands must be thread-safe; a failing command or client never affects the site. A socket that was deleted or moved
/// away with its folder is bound again within a second; while the site's folder itself is away, nothing is created in its place.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    /// <summary>64 KB: a longer command is refused, so that a client cannot make the host use more memory.</summary>
    private const int LongestCommand = 64 << 10;

    /// <summary>The longest time for sending the command, and for reading the reply. The work between them has no limit here.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Pause between two looks at the socket's path, and after an error of the listener.</summary>
    private static readonly TimeSpan s_checkEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Func<JsonObject, Task<JsonNode>>> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<JsonObject, IControlStream>> _streams = new(StringComparer.Ordinal);
    private readonly string _siteFolder;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly CancellationTokenSource _stop = new();
    private Socket? _listener;
    private FileFacts _bound;
    private string? _problem;
    private Task _keeping = Task.CompletedTask;

    /// <summary>Creates the server without listening; <see cref="Start"/> follows after the commands are added.</summary>
    public ControlServer(string siteFolder, TimeProvider time, PlantLog log)
    {
        _siteFolder = siteFolder;
        _path = ControlSocket.PathOf(siteFolder);
        _time = time;
        _log = log;
    }

    /// <summary>Adds a command. Called before <see cref="Start"/>.</summary>
    public void On(string command, Func<JsonObject, Task<JsonNode>> work) => _commands.Add(command, work);

    /// <summary>Adds a command that sends lines after its reply. Called before <see cref="Start"/>.</summary>
    public void OnStream(string command, Func<JsonObject, IControlStream> open) => _streams.Add(command, open);

    /// <summary>Starts to listen. While the folder does not allow it, the site runs without commands; it is tried every second.</summary>
    public void Start()
    {
        Listen();
        _keeping = Task.Run(KeepAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        var isOwn = IsInPlace();
        _listener?.Dispose();
        if (isOwn) Delete();
        _stop.Dispose();
    }

    /// <summary>True while the path leads to this socket. Other systems than Linux do not tell which socket it is.</summary>
    private bool IsInPlace()
    {
        if (_listener is null) return false;
        if (!OperatingSystem.IsLinux()) return File.Exists(_path);
        var now = FileFacts.Read(_path);
        return now.Kind == FileKind.Socket && (now.Device, now.Inode) == (_bound.Device, _bound.Inode);
    }

    /// <summary>Binds the socket again each time that it is no longer at its path.</summary>
    private async Task KeepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(s_checkEvery, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested || IsInPlace() || !Directory.Exists(_siteFolder)) continue;
            _problem ??= "its file was deleted or moved";
            Listen();
        }
    }

    private void Listen()
    {
        // Disposing deletes the file at the path, so the old socket ends before the new one is bound.
        _listener?.Dispose();
        var listener = _listener = ControlSocket.Create();
        try
        {
            if (!Directory.Exists(_siteFolder)) throw new DirectoryNotFoundException($"{_siteFolder} was moved or deleted");
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.Delete(_path);
            listener.Bind(new UnixDomainSocketEndPoint(_path));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen();
            _bound = FileFacts.Read(_path);
            _ = AcceptAsync(listener);
            if (_problem is not null) _log.Info($"CONTROL socket={_path} state=OK next=\"plant queue, write and read find this host again\"");
            _problem = null;
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            _listener = null;
            if (_problem != exception.Message)
                _log.Warn($"CONTROL socket={_path} reason=\"{exception.Message}\" next=\"plant queue, write and read do not find this host; tried again every second\"");
            _problem = exception.Message;
        }
    }

    private void Delete()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next host replaces the file.
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptAsync(_stop.Token).ConfigureAwait(false));
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // A disposed listener ends the loop; a shortage of file handles passes.
                if (exception.SocketErrorCode is SocketError.OperationAborted or SocketError.InvalidArgument) return;
                await Task.Delay(s_checkEvery, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(s_patience, _time);
        try
        {
            var stream = new NetworkStream(socket, ownsSocket: true);
            await using var closing = stream.ConfigureAwait(false);
            var line = await ReadLineAsync(stream, patience.Token).ConfigureAwait(false);

            // The limit applies to sending the command and reading the reply, not to the work between them.
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            var (reply, more) = await AnswerAsync(line).ConfigureAwait(false);
            using var ending = more;
            patience.CancelAfter(s_patience);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(reply.ToJsonString() + "\n"), patience.Token).ConfigureAwait(false);
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            if (more is not null) await more.SendAsync(stream, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client has closed the connection, or the host ends.
        }
        catch (Exception exception)
        {
            _log.Error($"BUG in=control reason=\"{exception}\"");
        }
    }

    private async Task<(JsonObject Reply, IControlStream? More)> AnswerAsync(string line)
    {
        try
        {
            var request = JsonNode.Parse(line) as JsonObject ?? throw new ControlException("a command is a JSON object");
            var command = (string?)request["command"] ?? "";
            if (_streams.TryGetValue(command, out var open) && open(request) is { } more)
                return (new JsonObject { ["result"] = more.Reply.DeepClone() }, more);
            if (!_commands.TryGetValue(command, out var work)) throw new ControlException($"this host knows no command \"{command}\"");
            return (new JsonObject { ["result"] = await work(request).ConfigureAwait(false) }, null);
        }
        catch (Exception exception)
        {
            // Texts of devices, plugins and files can be part of the message.
            return (new JsonObject { ["error"] = PluginFault.Describe(exception) }, null);
        }
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancel)
    {
        var bytes = new byte[LongestCommand];
        for (var length = 0; length < bytes.Length;)
        {
            var read = await stream.ReadAsync(bytes.AsMemory(length), cancel).ConfigureAwait(false);
            if (read == 0) throw new IOException("the connection ended before the command");
            var end = bytes.AsSpan(length, read).IndexOf((byte)'\n');
            if (end >= 0) return Encoding.UTF8.GetString(bytes, 0, length + end);
            length += read;
        }

        throw new IOException("the command is too long");
    }
}

/// <summary>
/// Sends lines after the reply to a command. Created for one connection; owned by the <see cref="ControlServer"/>, which calls it one call
/// at a time and disposes it when the connection ends.
/// </summary>
internal interface IControlStream : IDisposable
{
    /// <summary>The result that the reply contains.</summary>
    JsonNode Reply { get; }

    /// <summary>Sends the lines that follow the reply until the client closes its side or the connection breaks.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    Task SendAsync(Stream stream, CancellationToken cancel);
}
