using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Logging;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Api;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Live;

/// <summary>
/// <c>/api/log</c>: the last log lines, oldest first; with <c>after=12</c> those with greater numbers. Requests come on the thread pool,
/// several at a time; keeps no state.
/// </summary>
/// <param name="lines">The last lines; null if the host keeps none.</param>
internal sealed class LogApi(RecentLines? lines)
{
    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/log", ListAsync).RequireRole(Roles.Viewer).Describe(
        "The last lines of the log", Query("after", "the number of a line; lines after it only", "integer"));

    /// <summary>Writes lines as <c>[{"number":1,"level":"WARN","line":"2026-…"}]</c>.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<(long Number, LogLevel Level, string Line)> lines)
    {
        json.WriteStartArray();
        foreach (var (number, level, line) in lines)
        {
            json.WriteStartObject();
            json.WriteNumber("number"u8, number);
            json.WriteString("level"u8, level switch
                { LogLevel.Debug => "DEBUG"u8, LogLevel.Info => "INFO"u8, LogLevel.Warn => "WARN"u8, _ => "ERROR"u8 });
            json.WriteString("line"u8, line);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private Task ListAsync(HttpContext context)
    {
        var after = ApiQuery.Number(context, "after", 0) ?? 0;
        var found = lines?.After(after) ?? [];
        return ApiResponse.WriteAsync(context, json => Write(json, found));
    }
}
