using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Control;

/// <summary>
/// Takes commands for a running site: a line of JSON in, <c>{"command":"queue","sink":"broker"}</c>, and one out, <c>{"result":…}</c> or
/// <c>{"error":"…"}</c>. One command a connection. Some go on after their answer until the other side has said all that it will.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private const int LongestCommand = 64 << 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, Func<JsonObject, Task<JsonNode>>> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<JsonObject, IControlStream>> _streams = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly Socket _listener = ControlSocket.Create();
    private readonly CancellationTokenSource _stop = new();
    private Task _accepting = Task.CompletedTask;

    public ControlServer(string siteFolder, TimeProvider time, PlantLog log)
    {
        _path = ControlSocket.PathOf(siteFolder);
        _time = time;
        _log = log;
    }

    /// <summary>Names a command and what it does. Before <see cref="Start"/>.</summary>
    public void On(string command, Func<JsonObject, Task<JsonNode>> work) => _commands.Add(command, work);

    /// <summary>Names a command that goes on after its answer. Before <see cref="Start"/>.</summary>
    public void OnStream(string command, Func<JsonObject, IControlStream> open) => _streams.Add(command, open);

    /// <summary>Begins to listen; a site whose folder does not allow it runs on without.</summary>
    public void Start()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.Delete(_path);
            _listener.Bind(new UnixDomainSocketEndPoint(_path));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            _listener.Listen();
            _accepting = AcceptAsync();
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            _log.Warn($"CONTROL socket={_path} reason=\"{exception.Message}\" next=\"plant queue, write and read will not find this host\"");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        File.Delete(_path);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                if (exception is not SocketException) return;
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

            // What is asked may take longer than it may take to ask, and to listen.
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            var (reply, more) = await AnswerAsync(line).ConfigureAwait(false);
            using var ending = more;
            patience.CancelAfter(s_patience);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(reply.ToJsonString() + "\n"), patience.Token).ConfigureAwait(false);
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            if (more is not null) await more.SendAsync(stream, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
        {
            // Whoever asked has gone.
        }
    }

    private async Task<(JsonObject Reply, IControlStream? More)> AnswerAsync(string line)
    {
        try
        {
            var request = JsonNode.Parse(line) as JsonObject ?? throw new ControlException("a command is a JSON object");
            var command = (string?)request["command"] ?? "";
            if (_streams.TryGetValue(command, out var open) && open(request) is { } more) return (new JsonObject { ["result"] = more.Head.DeepClone() }, more);
            if (!_commands.TryGetValue(command, out var work)) throw new ControlException($"this host knows no command \"{command}\"");
            return (new JsonObject { ["result"] = await work(request).ConfigureAwait(false) }, null);
        }
        catch (Exception exception) when (exception is ControlException or JsonException or InvalidOperationException or FormatException)
        {
            return (new JsonObject { ["error"] = exception.Message }, null);
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
