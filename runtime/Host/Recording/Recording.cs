using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Devices;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recording;

/// <summary>
/// What devices deliver, sent to whoever asked. What he is too slow to take is lost to him, never to a device. The last line is
/// <c>{"lost":0}</c>: without it the recording was cut off.
/// </summary>
internal sealed class Recording : IControlStream
{
    private const int Portion = 64 << 10;
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Channel<(DeviceTap Tap, Scan Scan)> _scans =
        Channel.CreateUnbounded<(DeviceTap, Scan)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DeviceTap[] _taps;
    private readonly Action<Recording> _ended;

    /// <param name="head">The first line of the capture.</param>
    /// <param name="devices">Whose scans are wanted.</param>
    /// <param name="mask">What is hidden of them.</param>
    /// <param name="ended">Told when it is over.</param>
    public Recording(JsonObject head, IEnumerable<DeviceRunner> devices, TagMask mask, Action<Recording> ended)
    {
        Head = head;
        _ended = ended;
        _taps = [.. devices.Select(d => new DeviceTap(d, mask, Post))];
    }

    public JsonNode Head { get; }

    /// <summary>Scans sent.</summary>
    public long Scans { get; private set; }

    /// <summary>Scans that found no room.</summary>
    public long Lost => _taps.Sum(t => t.Lost);

    public async Task SendAsync(Stream stream, CancellationToken cancel)
    {
        foreach (var tap in _taps) tap.Device.Swap(null, tap);
        _ = EndWithAsync(stream, cancel);
        await SendScansAsync(stream, cancel).ConfigureAwait(false);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{{\"lost\":{Lost}}}\n"), cancel).ConfigureAwait(false);
    }

    public void Dispose()
    {
        Leave();
        _ended(this);
    }

    private async Task SendScansAsync(Stream stream, CancellationToken cancel)
    {
        var bytes = new ArrayBufferWriter<byte>(Portion);
        using var json = new Utf8JsonWriter(bytes, s_json);
        while (await _scans.Reader.WaitToReadAsync(cancel).ConfigureAwait(false))
        {
            while (bytes.WrittenCount < Portion && _scans.Reader.TryRead(out var next))
            {
                json.Reset();
                CaptureFormat.Write(json, next.Scan, next.Tap.Masked);
                json.Flush();
                bytes.Write("\n"u8);
                next.Tap.Return(next.Scan);
                Scans++;
            }

            await stream.WriteAsync(bytes.WrittenMemory, cancel).ConfigureAwait(false);
            bytes.ResetWrittenCount();
        }
    }

    /// <summary>The other side says nothing more: it wants no more, or is gone.</summary>
    private async Task EndWithAsync(Stream stream, CancellationToken cancel)
    {
        try
        {
            var none = new byte[64];
            while (await stream.ReadAsync(none, cancel).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It is over, one way or the other.
        }

        Leave();
    }

    private void Leave()
    {
        foreach (var tap in _taps) tap.Device.Swap(tap, null);
        _scans.Writer.TryComplete();
    }

    private void Post(DeviceTap tap, Scan scan) => _scans.Writer.TryWrite((tap, scan));
}
