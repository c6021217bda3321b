using System.Text.Json;

namespace PlantRuntime.Host.Sites;

/// <summary>Names of C# as site.toml writes them: <c>UnitId</c> is <c>unit_id</c>.</summary>
internal static class SnakeCase
{
    /// <summary>The key of a property, the word of an enum member.</summary>
    public static string Of(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
