using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;

namespace PlantRuntime.Web.Api;

/// <summary>
/// Sends the messages of one device as lines of JSON, in response to one request, until the client goes or the time is over. The device
/// never waits for the client: messages that do not fit into the buffer are counted, and a line <c>{"omitted":n}</c> says so.
/// </summary>
/// <param name="trace">The trace of the device.</param>
/// <param name="time">The clock.</param>
internal sealed class TraceResponse(WireTrace trace, TimeProvider time)
{
    // The buffer of one trace: so many messages, with so many bytes in all.
    private const int MaxWaiting = 512;
    private const long MaxWaitingBytes = 4 << 20;

    private const int MaxMeaning = 1000;

    // A reader that takes nothing for so long has gone.
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(60);

    private readonly Channel<WireMessage> _waiting = Channel.CreateBounded<WireMessage>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    private long _bytes;
    private long _omitted;

    /// <summary>Sends the messages; ends with <c>{"end":n}</c>, their number, when the time is over.</summary>
    /// <param name="context">The request.</param>
    /// <param name="length">How long; infinite until the client goes.</param>
    /// <param name="device">The device, whose first line says why no message passes if it is not connected.</param>
    public async Task SendAsync(HttpContext context, TimeSpan length, DeviceStatus device)
    {
        using var limit = new CancellationTokenSource(length, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        ApiResponse.BeginLines(context);
        trace.Recorded += Receive;
        try
        {
            // The client learns that the trace runs before the first message comes.
            await WriteAsync(context, Started(device)).ConfigureAwait(false);
            var count = 0L;
            try
            {
                while (await _waiting.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false))
                {
                    while (_waiting.Reader.TryRead(out var message))
                    {
                        Interlocked.Add(ref _bytes, -message.Bytes.Length);
                        await WriteAsync(context, ToLine(message)).ConfigureAwait(false);
                        count++;
                        if (Interlocked.Exchange(ref _omitted, 0) is > 0 and var omitted)
                            await WriteAsync(context, new JsonObject { ["omitted"] = omitted }).ConfigureAwait(false);
                        either.Token.ThrowIfCancellationRequested();
                    }
                }
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested && limit.IsCancellationRequested)
            {
                await WriteAsync(context, new JsonObject { ["end"] = count }).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or TimeoutException)
        {
            // The client has gone, or takes nothing more.
            context.Abort();
        }
        finally
        {
            trace.Recorded -= Receive;
        }
    }

    /// <summary>Runs on the driver's thread; never waits and never throws.</summary>
    private void Receive(WireMessage message)
    {
        var size = message.Bytes.Length;
        if (Interlocked.Add(ref _bytes, size) <= MaxWaitingBytes && _waiting.Writer.TryWrite(message)) return;
        Interlocked.Add(ref _bytes, -size);
        Interlocked.Increment(ref _omitted);
    }

    private static JsonObject Started(DeviceStatus device) => device.State == DeviceState.Running
        ? new JsonObject { ["started"] = true }
        : new JsonObject { ["started"] = true, ["state"] = device.State.ToString(), ["reason"] = device.Reason };

    private Task WriteAsync(HttpContext context, JsonNode line) => ApiResponse.WriteLineAsync(context, line).WaitAsync(s_stuck, time);

    private static JsonObject ToLine(WireMessage message)
    {
        var hex = Convert.ToHexString(message.Bytes).ToCharArray();
        foreach (var (start, count) in message.Hidden.Concat(SecretMask.Find(message.Bytes))) hex.AsSpan(2 * start, 2 * count).Fill('*');
        return new JsonObject
        {
            ["time"] = message.Time.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            ["sent"] = message.IsSent,
            ["length"] = message.Length,
            ["latency_ms"] = message.Latency is { } latency ? Math.Round(latency.TotalMilliseconds, 3) : null,
            ["meaning"] = LogText.Sanitize(message.Meaning, MaxMeaning),
            ["bytes"] = new string(hex),
        };
    }
}
