using System.Text.Json.Serialization;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>The cache's files as JSON.</summary>
[JsonSerializable(typeof(CacheEntry))]
internal sealed partial class CacheJson : JsonSerializerContext;
