using Microsoft.AspNetCore.Builder;

namespace PlantRuntime.Web.Api;

/// <summary>Describes a route for <c>/openapi.json</c>; metadata of its endpoint. Immutable.</summary>
/// <param name="Summary">One line without a full stop.</param>
/// <param name="Parameters">Parameters of the query, and fields of the JSON object in the body.</param>
internal sealed record RouteDescription(string Summary, params RouteParameter[] Parameters)
{
    /// <summary>The media type of the response; null if it has no body.</summary>
    public string? ContentType { get; init; } = "application/json";

    /// <summary>The status of a response without error.</summary>
    public int Status { get; init; } = 200;

    /// <summary>An error that users of this route should expect; null for none in particular.</summary>
    public (int Status, string Text)? Failure { get; init; }
}

/// <summary>A parameter in the query of a route, or a field of its body. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">Its meaning, without a full stop.</param>
/// <param name="Type">Its type in JSON Schema; empty for any.</param>
internal sealed record RouteParameter(string Name, string Text, string Type)
{
    /// <summary>True for a field of the body.</summary>
    public bool IsInBody { get; private init; }

    /// <summary>True if requests must have it.</summary>
    public bool IsRequired { get; private init; }

    /// <summary>True for a parameter that may be given several times.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>A parameter of the query, which may be left out.</summary>
    public static RouteParameter Query(string name, string text, string type = "string") => new(name, text, type);

    /// <summary>A field of the body that may be left out.</summary>
    public static RouteParameter Field(string name, string text, string type = "string") => new(name, text, type) { IsInBody = true };

    /// <summary>A field that the body must have.</summary>
    public static RouteParameter Required(string name, string text, string type = "string") =>
        new(name, text, type) { IsInBody = true, IsRequired = true };
}

/// <summary>Adds descriptions to routes. Stateless.</summary>
internal static class RouteDescriptions
{
    /// <summary>Adds a description.</summary>
    public static IEndpointConventionBuilder Describe(this IEndpointConventionBuilder route, RouteDescription description)
    {
        route.Add(endpoint => endpoint.Metadata.Add(description));
        return route;
    }

    /// <summary>Adds the description of a route whose response is a JSON document.</summary>
    public static IEndpointConventionBuilder Describe(
        this IEndpointConventionBuilder route, string summary, params RouteParameter[] parameters) =>
        route.Describe(new RouteDescription(summary, parameters));
}
