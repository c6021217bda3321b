using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace PlantRuntime.Tools.Client;

/// <summary>
/// Reads the server-sent events of <c>/api/stream</c> for <c>plant watch</c>, <c>plant log</c> and the table of <c>plant run</c>. Keeps no
/// state; one connection per call, never retries.
/// </summary>
internal static class SiteEvents
{
    /// <summary>The host sends changed values every second, so that a stream without any event has a host that hangs.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(10);

    /// <summary>Opens the stream and returns its events until the host ends it.</summary>
    /// <exception cref="SiteClientException">No host runs the site, it refuses the request, or it has become silent.</exception>
    public static async IAsyncEnumerable<SiteEvent> ReadAsync(string siteFolder, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var response = await WithinAsync(
            patience => SiteClient.OpenAsync(siteFolder, HttpMethod.Get, "/api/stream", null, patience), cancel).ConfigureAwait(false);
        var (name, data) = ("", new StringBuilder());
        while (await WithinAsync(p => response.Lines.ReadLineAsync(p).AsTask(), cancel).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data.Append(line.AsSpan(6));
            if (line.Length > 0 || data.Length == 0) continue;
            yield return new SiteEvent(name, Parse(data.ToString()));
            data.Clear();
        }
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new SiteClientException($"this host is of another version: its stream is not understood ({exception.Message})");
        }
    }

    private static async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(s_silence);
        try
        {
            return await read(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SiteClientException(
                $"the host has sent nothing for {s_silence.TotalSeconds:0} s: its process hangs, is stopped, or the machine is overloaded");
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new SiteClientException("the host has ended");
        }
    }
}

/// <summary>One event of the stream. Immutable.</summary>
/// <param name="Name">"tags", "values", "status" or "log".</param>
/// <param name="Data">Its document.</param>
internal sealed record SiteEvent(string Name, JsonElement Data);
