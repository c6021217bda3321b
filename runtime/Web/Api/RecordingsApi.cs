using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Tools.Recording;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Access.Requests;

namespace PlantRuntime.Web.Api;

/// <summary>
/// Recordings in the API: <c>POST /api/recordings</c> sends the lines of a capture until <c>DELETE /api/recordings/{id}</c>, whose path is
/// the location of the response. Requests come on the thread pool, several at a time; keeps no state.
/// </summary>
internal sealed class RecordingsApi(RecordingRegistry recordings)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/recordings", RecordAsync).Audited("record").RequireRole(Roles.Engineer);
        routes.MapDelete("/api/recordings/{id:int}", End).Audited("end_recording").RequireRole(Roles.Engineer);
    }

    private async Task RecordAsync(HttpContext context)
    {
        var body = await ApiResponse.ReadAsync(context).ConfigureAwait(false);
        var (id, recording) = recordings.Start(ApiResponse.Texts(body, "devices"), ApiResponse.Texts(body, "mask"));
        using var ending = recording;
        AuditTrail.SetSubject(context, string.Create(CultureInfo.InvariantCulture, $"recording {id}"));
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"/api/recordings/{id}");
        ApiResponse.BeginLines(context);
        await ApiResponse.WriteLineAsync(context, recording.Head).ConfigureAwait(false);
        await recording.SendAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private Task End(HttpContext context)
    {
        var id = int.Parse((string)context.Request.RouteValues["id"]!, CultureInfo.InvariantCulture);
        AuditTrail.SetSubject(context, string.Create(CultureInfo.InvariantCulture, $"recording {id}"));
        context.Response.StatusCode = recordings.End(id) ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
