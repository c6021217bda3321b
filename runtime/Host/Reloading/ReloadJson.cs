using System.Text.Json.Serialization;

namespace PlantRuntime.Host.Reloading;

/// <summary>Inventories on their way from a running host, and plans for scripts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SiteInventory))]
[JsonSerializable(typeof(ReloadPlan))]
internal sealed partial class ReloadJson : JsonSerializerContext;
