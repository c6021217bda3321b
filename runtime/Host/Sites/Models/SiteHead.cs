using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary><c>[site]</c>.</summary>
internal sealed class SiteHead : IValidatedOptions
{
    /// <summary>Name of the site.</summary>
    public required string Name { get; init; }

    /// <summary>Number of the plant in records.</summary>
    [Bounds(0, int.MaxValue)]
    public int PlantId { get; init; } = 1;

    /// <summary>Whose plant it is.</summary>
    public string Tenant { get; init; } = "";

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Names.TextProblem(Name) is { } problem) yield return ("name", problem);
    }
}
