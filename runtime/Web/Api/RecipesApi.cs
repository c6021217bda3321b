using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Engine;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.State;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Text;
using PlantRuntime.Web.Access;

namespace PlantRuntime.Web.Api;

/// <summary>
/// <c>/api/recipes</c>: the recipes with the state that they carried over, the errors of their files and the exception that was logged
/// last. Requests come on the thread pool, several at a time; keeps no state.
/// </summary>
/// <param name="host">The host.</param>
internal sealed class RecipesApi(SiteHost host)
{
    private const int MaxErrors = 20;
    private const int MaxOperators = 100;

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/recipes", ListAsync).RequireRole(Roles.Viewer)
        .Describe("The recipes, with the state that they carried over, the errors of their files and the last exception, each with its source line");

    private Task ListAsync(HttpContext context) => ApiResponse.WriteAsync(context, json =>
    {
        json.WriteStartArray();
        foreach (var recipe in host.Recipes.Slots) Write(json, recipe);
        json.WriteEndArray();
    });

    private void Write(Utf8JsonWriter json, RecipeSlot recipe)
    {
        json.WriteStartObject();
        json.WriteString("file"u8, recipe.File);
        json.WriteString("state"u8, recipe.Status);
        json.WriteNumber("version"u8, recipe.Version);
        json.WriteString("reason"u8, recipe.Reason);
        json.WriteNumber("faults"u8, recipe.Faults);
        json.WriteNumber("lost_scans"u8, recipe.Lost);
        json.WritePropertyName("carried_state"u8);
        if (recipe.Carried is { } carried) Write(json, carried, recipe.StateSaved);
        else json.WriteNullValue();
        json.WriteStartArray("errors"u8);
        foreach (var problem in recipe.Problems.Take(MaxErrors)) Write(json, problem);
        json.WriteEndArray();
        json.WritePropertyName("last_fault"u8);
        if (recipe.LastFault is { } fault) Write(json, fault);
        else json.WriteNullValue();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CarriedState carried, DateTime? saved)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, carried.Time);
        json.WriteString("source"u8, carried.Source.ToString());
        Write(json, "kept", carried.Transfer.Kept);
        Write(json, "begun", carried.Transfer.Begun);
        Write(json, "lost", carried.Transfer.Dropped);
        if (saved is { } time) json.WriteString("saved"u8, time);
        else json.WriteNull("saved"u8);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> operators)
    {
        json.WriteStartArray(name);
        foreach (var text in operators.Take(MaxOperators)) json.WriteStringValue(LogText.Sanitize(text));
        json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json, Problem problem)
    {
        json.WriteStartObject();
        json.WriteString("at"u8, problem.At.ToString());
        json.WriteString("message"u8, LogText.Sanitize(problem.Message));
        json.WriteString("source"u8, SourceLine(problem.At));
        json.WriteEndObject();
    }

    /// <summary>Returns the line of a recipe of the site; null if the problem is elsewhere or the line is gone.</summary>
    private string? SourceLine(SourceLocation at)
    {
        if (at.Line == 0 || !at.File.EndsWith(".csx", StringComparison.OrdinalIgnoreCase)) return null;
        var path = Path.Combine(host.Site.Model.Folder, at.File);
        if (FileFacts.Read(path).Kind != FileKind.Regular) return null;
        try
        {
            var line = File.ReadLines(path).ElementAtOrDefault(at.Line - 1);
            return line is null ? null : LogText.Sanitize(line.TrimEnd().Replace('\t', ' '));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
