using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Web.Api;

/// <summary>Reads JSON requests and writes JSON responses, the same for all parts of the API. Stateless; any thread.</summary>
internal static class ApiResponse
{
    /// <summary>The media type of lines of JSON.</summary>
    public const string Lines = "application/x-ndjson";

    /// <summary>A name that is there twice is an error: which value counts would be a guess.</summary>
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a JSON document, with status 200.</summary>
    public static Task WriteAsync(HttpContext context, JsonNode document) => WriteAsync(context, json => document.WriteTo(json));

    /// <summary>Writes a JSON document, with status 200.</summary>
    /// <param name="context">The request.</param>
    /// <param name="write">Writes the document.</param>
    /// <param name="contentType">The media type.</param>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, string contentType = "application/json")
    {
        context.Response.ContentType = contentType;
        context.Response.Headers.CacheControl = "no-store";
        var json = new Utf8JsonWriter(context.Response.BodyWriter, s_json);
        await using var closing = json.ConfigureAwait(false);
        write(json);
        await json.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Begins a response of lines of JSON.</summary>
    public static void BeginLines(HttpContext context)
    {
        context.Response.ContentType = Lines;
        context.Response.Headers.CacheControl = "no-store";
    }

    /// <summary>Writes one line and sends it.</summary>
    public static async Task WriteLineAsync(HttpContext context, JsonNode line) => await context.Response.BodyWriter
        .WriteAsync(Encoding.UTF8.GetBytes(line.ToJsonString() + "\n"), context.RequestAborted).ConfigureAwait(false);

    /// <summary>Reads the JSON object of a request; without a body it is empty.</summary>
    /// <exception cref="ApiException">The body is not a JSON object.</exception>
    public static async Task<JsonObject> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }) return [];
        if (!context.Request.HasJsonContentType())
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "the body is JSON: send Content-Type: application/json");
        try
        {
            var body = await JsonNode.ParseAsync(context.Request.Body, null, s_strict, context.RequestAborted).ConfigureAwait(false);
            return body as JsonObject ?? throw new ApiException(StatusCodes.Status400BadRequest, "the body is a JSON object");
        }
        catch (JsonException exception)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"the body is not JSON: {LogText.Sanitize(exception.Message)}");
        }
    }

    /// <summary>Returns a text of a request's body.</summary>
    /// <exception cref="ApiException">The body has no such text.</exception>
    public static string Text(JsonObject body, string key) => body[key] is JsonValue value && value.TryGetValue(out string? text)
        ? text : throw new ApiException(StatusCodes.Status400BadRequest, $"the body lacks the text \"{key}\"");

    /// <summary>Returns the texts of a list in a request's body; none if the list is absent.</summary>
    /// <exception cref="ApiException">It is no list of texts.</exception>
    public static IReadOnlyList<string> Texts(JsonObject body, string key) => body[key] switch
    {
        null => [],
        JsonArray list when list.All(t => t is JsonValue value && value.GetValueKind() == JsonValueKind.String) =>
            [.. list.Select(t => (string)t!)],
        _ => throw new ApiException(StatusCodes.Status400BadRequest, $"\"{key}\" is a list of texts"),
    };

    /// <summary>Writes problem details (RFC 9457) with the reason why a request failed.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="detail">The reason and the remedy.</param>
    /// <param name="headers">Further headers.</param>
    public static async Task WriteProblemAsync(
        HttpContext context, int status, string detail, params KeyValuePair<string, string>[] headers)
    {
        context.Response.Clear();
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        context.Response.StatusCode = status;
        var problem = new JsonObject
            { ["status"] = status, ["title"] = ReasonPhrases.GetReasonPhrase(status), ["detail"] = LogText.Sanitize(detail) };
        await WriteAsync(context, json => problem.WriteTo(json), "application/problem+json").ConfigureAwait(false);
    }

    /// <summary>Returns the status and the reason for an exception of a handler; texts of devices and plugins are escaped.</summary>
    public static (int Status, string Detail) Describe(Exception exception) => exception switch
    {
        ApiException refused => (refused.Status, refused.Message),
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        FormatException or JsonException or AddressException => (StatusCodes.Status400BadRequest, exception.Message),
        RefusedException => (StatusCodes.Status409Conflict, exception.Message),
        NotConnectedException => (StatusCodes.Status503ServiceUnavailable, PluginFault.Describe(exception)),
        TimeoutException => (StatusCodes.Status504GatewayTimeout, PluginFault.Describe(exception)),
        _ => (StatusCodes.Status500InternalServerError, PluginFault.Describe(exception)),
    };
}
