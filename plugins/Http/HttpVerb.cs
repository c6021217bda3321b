namespace PlantRuntime.Plugins.Http;

/// <summary>The method of requests, RFC 9110 §9.3.</summary>
public enum HttpVerb
{
    /// <summary>POST.</summary>
    Post,

    /// <summary>PUT.</summary>
    Put,
}
