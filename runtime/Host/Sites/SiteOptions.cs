namespace PlantRuntime.Host.Sites;

/// <summary>The table [site].</summary>
internal sealed class SiteOptions
{
    public required string Name { get; init; }

    /// <summary>Number of the plant, in logs and payloads.</summary>
    public int PlantId { get; init; } = 1;

    /// <summary>Whose data it is.</summary>
    public string Tenant { get; init; } = "";
}
