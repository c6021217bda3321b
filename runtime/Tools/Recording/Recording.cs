using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Recipes;

namespace PlantRuntime.Tools.Recording;

/// <summary>
/// Sends the scans of devices to a client. Created by <see cref="RecordingRegistry"/>; the request that started it calls
/// <see cref="SendAsync"/> once and then disposes it. The sessions of the devices only put copies into an unbounded channel, whose length
/// the pools of the recorders limit: a slow client loses scans and never slows down a device. The last line is <c>{"lost":0}</c>; without
/// it the recording is incomplete. Writes no file.
/// </summary>
internal sealed class Recording : IDisposable
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
        Head = head;
        _ended = ended;
        _taps = [.. devices.Select(d => new DeviceRecorder(d, mask, Post))];
    }

    /// <summary>The first line of the capture.</summary>
    public JsonObject Head { get; }

    /// <summary>The number of scans sent.</summary>
    public long Scans { get; private set; }

    /// <summary>The number of scans lost because the client was too slow.</summary>
    public long Lost => _taps.Sum(t => t.Lost);

    /// <summary>Sends the scans until <see cref="End"/>, then the number of those that were lost.</summary>
    public async Task SendAsync(Stream stream, CancellationToken cancel)
    {
        foreach (var tap in _taps) tap.Device.Swap(null, tap);
        await SendScansAsync(stream, cancel).ConfigureAwait(false);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{{\"lost\":{Lost}}}\n"), cancel).ConfigureAwait(false);
    }

    /// <summary>Ends the recording: what was recorded is still sent. Any thread.</summary>
    public void End()
    {
        foreach (var tap in _taps) tap.Device.Swap(tap, null);
        _scans.Writer.TryComplete();
    }

    public void Dispose()
    {
        End();
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

    private void Post(DeviceRecorder tap, Scan scan) => _scans.Writer.TryWrite((tap, scan));
}
