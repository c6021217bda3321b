using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace PlantRuntime.Web.Api;

/// <summary>
/// <c>/openapi.json</c>: describes the routes of this host as OpenAPI 3.1, from their metadata. Written anew for each request, because
/// requests are rare. Stateless; any thread.
/// </summary>
internal sealed partial class OpenApiDocument
{
    private const string Components = """
        {"securitySchemes":{"token":{"type":"http","scheme":"bearer","description":"x-role names the least role that a route needs"}},
        "responses":{"Problem":{"description":"Why the request failed (RFC 9457)","content":{"application/problem+json":{"schema":{"type":"object",
        "properties":{"status":{"type":"integer"},"title":{"type":"string"},"detail":{"type":"string"}}}}}}}}
        """;

    private static readonly string s_version = typeof(OpenApiDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/openapi.json", context => ApiResponse.WriteAsync(context, json => Write(json, routes))).AllowAnonymous()
        .Describe("This API as OpenAPI 3.1");

    private static void Write(Utf8JsonWriter json, IEndpointRouteBuilder routes)
    {
        var described = routes.DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<RouteDescription>() is not null);
        json.WriteStartObject();
        json.WriteString("openapi", "3.1.0");
        json.WriteStartObject("info");
        json.WriteString("title", "PlantRuntime");
        json.WriteString("version", s_version);
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (var path in described.GroupBy(PathOf).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(path.Key);
            foreach (var endpoint in path)
            {
                foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
                    WriteOperation(json, method, path.Key, endpoint);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WritePropertyName("components");
        json.WriteRawValue(Components);
        json.WriteEndObject();
    }

    private static void WriteOperation(Utf8JsonWriter json, string method, string path, RouteEndpoint endpoint)
    {
        var description = endpoint.Metadata.GetMetadata<RouteDescription>()!;
        json.WriteStartObject(method.ToLowerInvariant());
        json.WriteString("summary", description.Summary);
        if (endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy is { } role)
        {
            json.WriteString("x-role", role);
            json.WriteStartArray("security");
            json.WriteStartObject();
            json.WriteStartArray("token");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteStartArray("parameters");
        foreach (var parameter in endpoint.RoutePattern.Parameters)
        {
            var isNumber = parameter.ParameterPolicies.Any(p => p.Content is "int" or "long");
            WriteParameter(json, "path", parameter.Name, isNumber ? "integer" : "string", null);
        }

        foreach (var parameter in description.Parameters.Where(p => !p.IsInBody))
            WriteParameter(json, "query", parameter.Name, parameter.Type, parameter.Text);
        json.WriteEndArray();
        if (description.Parameters.Any(p => p.IsInBody)) WriteBody(json, description);
        WriteResponses(json, description);
        json.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter json, string place, string name, string type, string? text)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", place);
        json.WriteBoolean("required", place == "path");
        if (text is not null) json.WriteString("description", text);
        json.WriteStartObject("schema");
        json.WriteString("type", type);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, RouteDescription description)
    {
        var fields = description.Parameters.Where(p => p.IsInBody).ToList();
        var required = fields.Where(f => f.IsRequired).ToList();
        json.WriteStartObject("requestBody");
        json.WriteBoolean("required", required.Count > 0);
        json.WriteStartObject("content");
        json.WriteStartObject("application/json");
        json.WriteStartObject("schema");
        json.WriteString("type", "object");
        if (required.Count > 0)
        {
            json.WriteStartArray("required");
            foreach (var field in required) json.WriteStringValue(field.Name);
            json.WriteEndArray();
        }

        json.WriteStartObject("properties");
        foreach (var field in fields)
        {
            json.WriteStartObject(field.Name);
            if (field.Type.Length > 0) json.WriteString("type", field.Type);
            json.WriteString("description", field.Text);
            json.WriteEndObject();
        }

        for (var open = 0; open < 5; open++) json.WriteEndObject();
    }

    private static void WriteResponses(Utf8JsonWriter json, RouteDescription description)
    {
        json.WriteStartObject("responses");
        json.WriteStartObject($"{description.Status}");
        json.WriteString("description", description.ContentType is null ? "Done" : description.Summary);
        if (description.ContentType is { } type)
        {
            json.WriteStartObject("content");
            json.WriteStartObject(type);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (description.Failure is var (status, text))
        {
            json.WriteStartObject($"{status}");
            json.WriteString("description", text);
            json.WriteEndObject();
        }

        json.WriteStartObject("default");
        json.WriteString("$ref", "#/components/responses/Problem");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The path of a route as OpenAPI writes it: without the constraints of its parameters.</summary>
    public static string PathOf(RouteEndpoint endpoint) => Constraint().Replace(endpoint.RoutePattern.RawText!, "}");

    [GeneratedRegex(@":[^}]*\}")]
    private static partial Regex Constraint();
}
