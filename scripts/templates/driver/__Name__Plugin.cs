using System.Net.Sockets;
using System.Text;
using PlantRuntime.Contracts;

namespace __Name__;

/// <summary>The only public plugin class; site.toml selects it with driver = "__name__".</summary>
public sealed class __Name__Plugin : DriverPlugin<__Name__Options>
{
    public override string Name => "__name__";
    public override IDriver Open(__Name__Options options, PluginContext context) => new __Name__Driver(options);
}

/// <summary>The keys of a device in site.toml: host = "…", port = 9000. The host checks types, bounds and spelling.</summary>
public sealed class __Name__Options
{
    public required string Host { get; init; }
    [Bounds(1, 65535)] public int Port { get; init; } = 9000;
}

/// <summary>Example: a device that answers each line with a name by a line with its value. Replace it.</summary>
internal sealed class __Name__Driver(__Name__Options options) : IDriver
{
    private TcpClient? _client;
    public string Endpoint => $"{options.Host}:{options.Port}";
    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        var bad = tags.Where(t => t.Address.Contains(' ')).Select(t => new AddressProblem(t, "an address is one word")).ToList();
        return bad.Count > 0 ? throw new AddressException(bad) : new __Name__Reader(tags, () => _client);
    }

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        _client?.Dispose();
        await (_client = new TcpClient()).ConnectAsync(options.Host, options.Port, cancel);
    }
    public async ValueTask DisposeAsync() => _client?.Dispose();
}

internal sealed class __Name__Reader(IReadOnlyList<TagDefinition> tags, Func<TcpClient?> client) : IReader
{
    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        if (client() is not { Connected: true } device) throw new NotConnectedException("not connected"); // the host reconnects
        try
        {
            using var answers = new StreamReader(device.GetStream(), leaveOpen: true);
            await device.GetStream().WriteAsync(Encoding.UTF8.GetBytes(string.Concat(tags.Select(t => t.Address + "\n"))), cancel);
            for (var i = 0; i < tags.Count; i++)
            {
                var answer = await answers.ReadLineAsync(cancel) ?? throw new IOException("the device closed the connection");
                if (double.TryParse(answer, System.Globalization.CultureInfo.InvariantCulture, out var number)) into.Good(i, number);
                else into.Bad(i, Quality.BadDevice, answer);
            }
        }
        catch (IOException e) { throw new NotConnectedException(e.Message, e); }
        catch (OperationCanceledException) { device.Dispose(); throw; } // no answer in time; a late one must not answer the next request
    }
}
