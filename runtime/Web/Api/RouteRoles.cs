using Microsoft.AspNetCore.Builder;

namespace PlantRuntime.Web.Api;

/// <summary>Declares the role that a route needs. Stateless.</summary>
internal static class RouteRoles
{
    /// <summary>Lets only users through who have the role, or a greater one.</summary>
    public static IEndpointConventionBuilder RequireRole(this IEndpointConventionBuilder route, string role) =>
        route.RequireAuthorization(role);
}
