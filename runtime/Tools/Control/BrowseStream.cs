using System.Text;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Tools.Control;

/// <summary>
/// Lists what a device of the running host has, for <c>plant browse</c>. Created for one connection of the control socket and owned by the
/// <see cref="ControlServer"/>. Entries are fetched some at a time, each time as one operation of the device's session, so that scans go on
/// between them; each becomes a line of JSON. The last line is <c>{"end":n}</c>, or <c>{"error":"…"}</c>.
/// </summary>
internal sealed class BrowseStream(DeviceSupervisor device, JsonObject request, TimeProvider time) : IControlStream
{
    private const int MaxEntriesAtOnce = 500;

    // Scans wait no longer than that for a part of the list that is there already.
    private static readonly TimeSpan s_part = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _cancellation = new();
    private IDriver? _driver;
    private IAsyncEnumerator<BrowseEntry>? _entries;
    private bool _isAtEnd;

    public JsonNode Reply { get; } = new JsonObject { ["device"] = device.Name };

    public async Task SendAsync(Stream stream, CancellationToken cancel)
    {
        var count = 0;
        try
        {
            while (!_isAtEnd)
            {
                var part = await device.AskAsync(NextAsync).ConfigureAwait(false);
                count += part.Count;
                await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(part.Select(ToLine))), cancel).ConfigureAwait(false);
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{{\"end\":{count}}}\n"), cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (IOException or OperationCanceledException))
        {
            var line = new JsonObject { ["error"] = PluginFault.Describe(exception) }.ToJsonString() + "\n";
            await stream.WriteAsync(Encoding.UTF8.GetBytes(line), cancel).ConfigureAwait(false);
        }
        finally
        {
            if (_entries is not null) await EndAsync(_entries).ConfigureAwait(false);
        }
    }

    public void Dispose() => _cancellation.Dispose();

    /// <summary>Runs within the device's session.</summary>
    private async ValueTask<List<BrowseEntry>> NextAsync(IDriver driver, CancellationToken cancel)
    {
        _driver ??= driver;
        if (!ReferenceEquals(driver, _driver)) throw new NotConnectedException("the driver was opened anew meanwhile: browse again");
        if (driver is not IBrowsable browsable) throw new RefusedException($"the driver {device.Model.Driver} cannot browse");
        using var linked = cancel.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _cancellation);
        _entries ??= browsable.BrowseAsync(new BrowseScope((string?)request["root"], (int?)request["depth"]), _cancellation.Token)
            .GetAsyncEnumerator(_cancellation.Token);
        var part = new List<BrowseEntry>();
        var start = time.GetTimestamp();
        while (part.Count < MaxEntriesAtOnce && time.GetElapsedTime(start) < s_part)
        {
            if (!await _entries.MoveNextAsync().ConfigureAwait(false))
            {
                _isAtEnd = true;
                break;
            }

            part.Add(_entries.Current);
        }

        return part;
    }

    private static string ToLine(BrowseEntry entry) => new JsonObject
    {
        ["address"] = entry.Address, ["kind"] = entry.Kind, ["bytes"] = entry.Bytes, ["description"] = entry.Description,
        ["name"] = entry.Name, ["unit"] = entry.Unit, ["low"] = Finite(entry.Low), ["high"] = Finite(entry.High),
    }.ToJsonString() + "\n";

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static async Task EndAsync(IAsyncEnumerator<BrowseEntry> entries)
    {
        try
        {
            await entries.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The list has ended for its reader; a fault of the driver while it cleans up changes nothing in it.
        }
    }
}
