using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Web.Api;

/// <summary>
/// Lists the data of a device as lines of JSON, in response to one request. Entries are fetched some at a time, each time as one operation
/// of the device's session, so that scans go on between them. The last line is <c>{"end":n}</c>, or <c>{"error":"…"}</c>.
/// </summary>
/// <param name="device">The device.</param>
/// <param name="scope">Where the list begins and how deep it goes.</param>
/// <param name="time">The clock.</param>
internal sealed class BrowseResponse(DeviceSupervisor device, BrowseScope scope, TimeProvider time) : IDisposable
{
    private const int MaxEntriesAtOnce = 500;

    // Scans wait no longer than that for a part of the list that is there already.
    private static readonly TimeSpan s_part = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _cancellation = new();
    private IDriver? _driver;
    private IAsyncEnumerator<BrowseEntry>? _entries;
    private bool _isAtEnd;

    /// <summary>Sends the list.</summary>
    public async Task SendAsync(HttpContext context)
    {
        var count = 0;
        ApiResponse.BeginLines(context);
        try
        {
            while (!_isAtEnd && !context.RequestAborted.IsCancellationRequested)
            {
                var part = await device.AskAsync(NextAsync).ConfigureAwait(false);
                count += part.Count;
                var lines = Encoding.UTF8.GetBytes(string.Concat(part.Select(ToLine)));
                await context.Response.BodyWriter.WriteAsync(lines, context.RequestAborted).ConfigureAwait(false);
            }

            await ApiResponse.WriteLineAsync(context, new JsonObject { ["end"] = count }).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (IOException or OperationCanceledException))
        {
            await ApiResponse.WriteLineAsync(context, new JsonObject { ["error"] = PluginFault.Describe(exception) }).ConfigureAwait(false);
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
        _entries ??= browsable.BrowseAsync(scope, _cancellation.Token).GetAsyncEnumerator(_cancellation.Token);
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
