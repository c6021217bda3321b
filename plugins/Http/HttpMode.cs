namespace PlantRuntime.Plugins.Http;

/// <summary>How records become requests.</summary>
public enum HttpMode
{
    /// <summary>A request for each record, whose body is its JSON object.</summary>
    Single,

    /// <summary>A request for a batch, whose body is a JSON array of its records.</summary>
    Array,

    /// <summary>A request for a batch, whose body has a line of JSON for each record.</summary>
    Lines,
}
