namespace PlantRuntime.Web.Access;

/// <summary>The roles of users; each one may do all that those before it may. Their names are also those of the policies.</summary>
internal static class Roles
{
    /// <summary>Reads values, states, events, queue and log.</summary>
    public const string Viewer = "viewer";

    /// <summary>Writes tags that site.toml allows to be written, and acknowledges alarms.</summary>
    public const string Operator = "operator";

    /// <summary>Restarts devices and sinks, changes dead letters, records scans.</summary>
    public const string Engineer = "engineer";

    /// <summary>All roles, from the least to the greatest.</summary>
    public static readonly string[] All = [Viewer, Operator, Engineer];
}
