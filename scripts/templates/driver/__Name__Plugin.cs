using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PlantRuntime.Contracts;

namespace __Name__;

/// <summary>The only public plugin class; site.toml selects it with driver = "__name__".</summary>
public sealed class __Name__Plugin : DriverPlugin<__Name__Options>
{
    public override string Name => "__name__";

    public override IDriver Open(__Name__Options options, PluginContext context) => new __Name__Driver(options, context);
}

/// <summary>The keys of a device in site.toml: host = "…", port = 9000. The host checks types, bounds and spelling.</summary>
public sealed class __Name__Options
{
    public required string Host { get; init; }
    [Bounds(1, 65535)] public int Port { get; init; } = 9000;
}

/// <summary>
/// Example: a device that answers each line with a name by a line with its value. Replace it. The host reconnects after
/// NotConnectedException; a read that is cancelled at the timeout is reported as "no answer".
/// </summary>
internal sealed class __Name__Driver(__Name__Options options, PluginContext context) : IDriver
{
    // plant trace shows what is recorded here. message.Hide(start, count) hides a password.
    private readonly WireRecorder _trace = context.Trace.CreateRecorder(message => Encoding.UTF8.GetString(message.Bytes).Trim());
    private TcpClient? _client;
    private string _reason = "not connected";

    public string Endpoint => $"{options.Host}:{options.Port}";

    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        var bad = tags.Where(t => t.Address.Contains(' ')).Select(t => new AddressProblem(t, "an address is one word")).ToList();
        if (bad.Count > 0) throw new AddressException(bad);
        return new __Name__Reader(tags, this);
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        Drop("not connected");
        var client = new TcpClient();
        try
        {
            await client.ConnectAsync(options.Host, options.Port, cancel);
            _client = client;
        }
        catch (SocketException e)
        {
            client.Dispose();
            throw new NotConnectedException(e.Message, e);
        }
    }

    /// <summary>Sends a line for each tag and gives every answer to <paramref name="accept"/>, in order.</summary>
    public async ValueTask AskAsync(IReadOnlyList<TagDefinition> tags, Action<int, string> accept, CancellationToken cancel)
    {
        var stream = (_client ?? throw new NotConnectedException(_reason)).GetStream();
        try
        {
            var request = Encoding.UTF8.GetBytes(string.Concat(tags.Select(t => t.Address + "\n")));
            _trace.Record(isSent: true, request, damage: null);
            await stream.WriteAsync(request, cancel);
            using var answers = new StreamReader(stream, leaveOpen: true);
            for (var i = 0; i < tags.Count; i++)
            {
                var answer = await answers.ReadLineAsync(cancel) ?? throw new EndOfStreamException("the device closed the connection");
                _trace.Record(isSent: false, Encoding.UTF8.GetBytes(answer), damage: null);
                accept(i, answer);
            }
        }
        catch (OperationCanceledException)
        {
            // No answer in time. A late answer must not be read as the answer to the next request, so this connection is not used again.
            Drop("the device did not answer the last request");
            throw;
        }
        catch (IOException e)
        {
            Drop(e.Message);
            throw new NotConnectedException(e.Message, e);
        }
    }

    public ValueTask DisposeAsync()
    {
        Drop("closed");
        return default;
    }

    private void Drop(string reason)
    {
        _client?.Dispose();
        (_client, _reason) = (null, reason);
    }
}

internal sealed class __Name__Reader(IReadOnlyList<TagDefinition> tags, __Name__Driver driver) : IReader
{
    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel) => driver.AskAsync(tags, (i, answer) =>
    {
        if (double.TryParse(answer, CultureInfo.InvariantCulture, out var number)) into.Good(i, number);
        else into.Bad(i, Quality.BadDevice, answer);
    }, cancel);
}
