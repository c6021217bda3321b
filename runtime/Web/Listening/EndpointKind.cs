namespace PlantRuntime.Web.Listening;

/// <summary>Tells on which of its endpoints the host accepted a connection, and thereby what the connection may request.</summary>
internal enum EndpointKind
{
    /// <summary>The site's Unix socket: the user that runs the host, with all rights.</summary>
    Socket,

    /// <summary>The address of <c>[web]</c>.</summary>
    Web,

    /// <summary>The address of <c>health</c> in <c>[site]</c>: health responses only.</summary>
    Health,
}

/// <summary>The endpoint of a connection, as a feature that every request of the connection has. Immutable.</summary>
internal sealed record EndpointFeature(EndpointKind Kind);
