using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Recipes;
using PlantRuntime.Tools.Control;

namespace PlantRuntime.Tools.Recording;

/// <summary>
/// Sends the scans of devices to a client of the control socket. Created by <see cref="RecordingRegistry"/>; owned by the
/// <see cref="ControlServer"/>, which calls <see cref="SendAsync"/> once and then disposes it. The sessions of the devices only put copies
/// into an unbounded channel, whose length the pools of the recorders limit: a slow client loses scans and never slows down a device. The
/// last line is <c>{"lost":0}</c>; without it the recording is incomplete. Writes no file.
/// </summary>
internal sealed class Recording : IControlStream
{
    private const int ChunkBytes = 64 << 10;
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Channel<(DeviceRecorder Tap, Scan Scan)> _scans =
        Channel.CreateUnbounded<(DeviceRecorder, Scan)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DeviceRecorder[] _taps;
    private readonly Action<Recording> _ended;

    /// <param name="head">The first line of the capture.</param>
    /// <param name="devices">The recorded devices.</param>
    /// <param name="mask">The tags whose values are hidden.</param>
    /// <param name="ended">Called at the end of the recording.</param>
    public Recording(JsonObject head, IEnumerable<DeviceSupervisor> devices, TagMask mask, Action<Recording> ended)
    {
        Reply = head;
        _ended = ended;
        _taps = [.. devices.Select(d => new DeviceRecorder(d, mask, Post))];
    }

    public JsonNode Reply { get; }

    /// <summary>The number of scans sent.</summary>
    public long Scans { get; private set; }

    /// <summary>The number of scans lost because the client was too slow.</summary>
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
        Detach();
        _ended(this);
    }

    private async Task SendScansAsync(Stream stream, CancellationToken cancel)
    {
        var bytes = new ArrayBufferWriter<byte>(ChunkBytes);
        using var json = new Utf8JsonWriter(bytes, s_json);
        while (await _scans.Reader.WaitToReadAsync(cancel).ConfigureAwait(false))
        {
            while (bytes.WrittenCount < ChunkBytes && _scans.Reader.TryRead(out var next))
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

    /// <summary>Ends the recording when the client closes its side or the connection breaks.</summary>
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
            // The connection has ended.
        }

        Detach();
    }

    private void Detach()
    {
        foreach (var tap in _taps) tap.Device.Swap(tap, null);
        _scans.Writer.TryComplete();
    }

    private void Post(DeviceRecorder tap, Scan scan) => _scans.Writer.TryWrite((tap, scan));
}
