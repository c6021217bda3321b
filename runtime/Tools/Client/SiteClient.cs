using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlantRuntime.Tools.Client;

/// <summary>
/// Calls the HTTP API of the host that runs a site (docs/api.md), over its Unix socket. Used by the commands of the command line, in a
/// process of their own. Keeps no state: one connection per request; never retries.
/// </summary>
internal static class SiteClient
{
    /// <summary>The time within which a running host answers what it knows without asking a device.</summary>
    public static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);

    /// <summary>Returns true if a host runs the site: its socket accepts a connection. Blocks for the connection.</summary>
    public static bool IsRunning(string siteFolder)
    {
        try
        {
            using var socket = SiteSocket.Create();
            socket.Connect(new UnixDomainSocketEndPoint(SiteSocket.PathOf(siteFolder)));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Requests a JSON document.</summary>
    /// <param name="siteFolder">Absolute path of the site's folder.</param>
    /// <param name="path">Path and query, with each name escaped: <c>/api/queue</c>.</param>
    /// <param name="cancel">Ends the request.</param>
    /// <exception cref="SiteClientException">No host runs the site, or it refuses the request.</exception>
    public static Task<JsonNode> GetAsync(string siteFolder, string path, CancellationToken cancel) =>
        SendAsync(siteFolder, HttpMethod.Get, path, null, cancel);

    /// <summary>Posts a JSON document and returns the response.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public static Task<JsonNode> PostAsync(string siteFolder, string path, JsonNode? body, CancellationToken cancel) =>
        SendAsync(siteFolder, HttpMethod.Post, path, body, cancel);

    /// <summary>Posts a request without a body and writes its response to a stream.</summary>
    /// <exception cref="SiteClientException">No host runs the site, it refuses the request, or it ends before the response is complete.
    /// </exception>
    public static async Task DownloadAsync(string siteFolder, string path, Stream target, CancellationToken cancel)
    {
        using var response = await OpenAsync(siteFolder, HttpMethod.Post, path, null, cancel).ConfigureAwait(false);
        try
        {
            await response.Lines.BaseStream.CopyToAsync(target, cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpIOException or HttpRequestException)
        {
            throw new SiteClientException("the host ended before it answered");
        }
    }

    /// <summary>Sends a request whose response is lines of JSON.</summary>
    /// <exception cref="SiteClientException">No host runs the site, or it refuses the request.</exception>
    public static async Task<SiteResponse> OpenAsync(
        string siteFolder, HttpMethod method, string path, JsonNode? body, CancellationToken cancel)
    {
        var client = Create(siteFolder);
        try
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Add("Plant-User", Uri.EscapeDataString(Environment.UserName));
            if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw await ToExceptionAsync(response, cancel).ConfigureAwait(false);
            var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            return new SiteResponse(client, response, new StreamReader(stream, Encoding.UTF8));
        }
        catch (HttpRequestException exception)
        {
            client.Dispose();
            throw ToException(siteFolder, exception);
        }
        catch (Exception)
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Requests a JSON document that has to come within <see cref="AnswerPatience"/>.</summary>
    /// <exception cref="SiteClientException">No host runs the site, it refuses the request, or it does not answer in time.</exception>
    public static async Task<JsonNode> GetSoonAsync(string siteFolder, string path, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(AnswerPatience);
        try
        {
            return await GetAsync(siteFolder, path, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SiteClientException($"the host does not answer within {AnswerPatience.TotalSeconds:0} s: "
                + "its process hangs, is stopped, or the machine is overloaded");
        }
    }

    private static async Task<JsonNode> SendAsync(
        string siteFolder, HttpMethod method, string path, JsonNode? body, CancellationToken cancel)
    {
        using var response = await OpenAsync(siteFolder, method, path, body, cancel).ConfigureAwait(false);
        try
        {
            var text = await response.Lines.ReadToEndAsync(cancel).ConfigureAwait(false);
            return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or JsonException)
        {
            throw new SiteClientException("the host ended before it answered");
        }
    }

    private static HttpClient Create(string siteFolder)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = SiteSocket.Create();
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(SiteSocket.PathOf(siteFolder)), cancel).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri("http://site"), Timeout = Timeout.InfiniteTimeSpan };
    }

    private static SiteClientException ToException(string siteFolder, HttpRequestException exception)
    {
        var path = SiteSocket.PathOf(siteFolder);
        if (exception.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
            return new SiteClientException(
                $"access to the host of this site is denied ({path}): run the command as the user that runs the host");
        return exception.InnerException is SocketException
            ? new SiteClientException($"no host runs this site (nothing answers at {path}): start it with {SiteUnit.StartCommand(siteFolder)}", true)
            : new SiteClientException("the host ended before it answered");
    }

    /// <summary>Reads the problem details (RFC 9457) of a refusal.</summary>
    private static async Task<SiteClientException> ToExceptionAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        using var closing = response;
        var text = await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
        try
        {
            if ((string?)JsonNode.Parse(text)?["detail"] is { Length: > 0 } detail) return new SiteClientException(detail);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The host sent no problem details: its status says the rest.
        }

        return new SiteClientException(response.StatusCode == HttpStatusCode.NotFound
            ? "this host is of another version: it does not know the request"
            : $"the host answered {(int)response.StatusCode} {response.ReasonPhrase}");
    }
}

/// <summary>
/// Holds a response whose lines are read as they come. Owned by the caller of <see cref="SiteClient.OpenAsync"/>, which disposes it; that
/// ends the response also in the host.
/// </summary>
internal sealed class SiteResponse(HttpClient client, HttpResponseMessage response, StreamReader lines) : IDisposable
{
    /// <summary>The path of what the request has created; null if it created nothing.</summary>
    public string? Location => response.Headers.Location?.OriginalString;

    /// <summary>The lines of the response.</summary>
    public StreamReader Lines => lines;

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
        client.Dispose();
    }
}

/// <summary>Reports that a request to the host failed. The message is written for the user who gave the command.</summary>
/// <param name="message">The message.</param>
/// <param name="isNotRunning">True if nothing listens at the socket of the site.</param>
internal sealed class SiteClientException(string message, bool isNotRunning = false) : Exception(message)
{
    /// <summary>True if no host runs the site; false if one runs and does not answer as it should.</summary>
    public bool IsNotRunning => isNotRunning;
}
