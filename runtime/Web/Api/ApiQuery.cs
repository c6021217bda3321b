using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PlantRuntime.Contracts;

namespace PlantRuntime.Web.Api;

/// <summary>
/// Reads parameters of a query. A value that is none, or a parameter that the route does not have, is an error: to ignore it would answer
/// another question than the one that was asked. Stateless; any thread.
/// </summary>
internal static class ApiQuery
{
    private const int MaxShown = 100;

    /// <summary>Refuses parameters that the route of the API does not describe, and those that are given twice. A middleware.</summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Query.Count == 0 || !context.Request.Path.StartsWithSegments("/api")
            || context.GetEndpoint()?.Metadata.GetMetadata<RouteDescription>() is not { } route)
            return next(context);
        var known = route.Parameters.Where(p => !p.IsInBody).ToDictionary(p => p.Name);
        foreach (var (name, values) in context.Request.Query)
        {
            if (!known.TryGetValue(name, out var parameter))
            {
                throw Refusal($"{context.Request.Path} has no parameter \"{Shown(name)}\"{Nearest.DidYouMean(name, known.Keys)}"
                    + (known.Count == 0 ? ": it has none" : $"; it has {string.Join(", ", known.Keys)}"));
            }

            if (values.Count > 1 && !parameter.IsRepeated) throw Refusal($"{name} is given {values.Count} times: give it once");
        }

        return next(context);
    }

    /// <summary>Returns the text of a parameter; null without it.</summary>
    public static string? Text(HttpContext context, string name) => context.Request.Query[name];

    /// <summary>Returns true or false; false without the parameter.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public static bool Flag(HttpContext context, string name) => Text(context, name) switch
    {
        null or "false" => false,
        "true" => true,
        var text => throw Refusal($"{name}: expected true or false, found \"{Shown(text)}\""),
    };

    /// <summary>Returns a number; null without the parameter.</summary>
    /// <exception cref="ApiException">It is no number between the limits.</exception>
    public static long? Number(HttpContext context, string name, long least, long most = long.MaxValue) =>
        Text(context, name) is { } text ? Number(name, text, least, most) : null;

    /// <summary>Returns the numbers of a parameter that may be given several times.</summary>
    /// <exception cref="ApiException">One is no number from 1 on.</exception>
    public static HashSet<long> Numbers(HttpContext context, string name) =>
        [.. context.Request.Query[name].Select(text => Number(name, text ?? "", 1, long.MaxValue))];

    /// <summary>Returns a time in UTC; null without the parameter.</summary>
    /// <exception cref="ApiException">It is no time.</exception>
    public static DateTime? Time(HttpContext context, string name)
    {
        if (Text(context, name) is not { } text) return null;
        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time) ? time
            : throw Refusal($"{name}: expected a time such as 2026-01-22T14:30:00Z, found \"{Shown(text)}\"");
    }

    /// <summary>Creates the refusal of a request whose query is wrong.</summary>
    public static ApiException Refusal(string reason) => new(StatusCodes.Status400BadRequest, reason);

    private static long Number(string name, string text, long least, long most) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : throw Refusal(
                $"{name}: expected a number from {least}{(most == long.MaxValue ? " on" : $" to {most}")}, found \"{Shown(text)}\"");

    private static string Shown(string text) => text.Length <= MaxShown ? text : $"{text.AsSpan(0, MaxShown)}…";
}
