using System.Data.Common;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Authentication;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Reports a plugin that broke the plugin contract: it replaced a tag, returned null or changed a batch. Thrown by the host, never
/// by a plugin.
/// </summary>
internal sealed class PluginContractException(string message) : Exception(message);

/// <summary>
/// Describes exceptions of plugins, and separates errors in their code from failures of the device or server. Stateless; any thread. IsBug
/// and Describe may run code of the plugin, because they read <c>Message</c>.
/// </summary>
internal static class PluginFault
{
    // The place and the cause follow, so that a long message does not push them out.
    private const int MaxMessage = 500;

    // Exceptions in one another that are looked at.
    private const int MaxDepth = 16;

    /// <summary>
    /// True for exceptions that only an error in the plugin's code explains; after three in a row the plugin is parked. All others are
    /// failures of the device or server.
    /// </summary>
    public static bool IsBug(Exception exception) => exception is
        NullReferenceException or IndexOutOfRangeException or InvalidCastException or ArgumentException or KeyNotFoundException
            or DivideByZeroException
            or NotImplementedException or NotSupportedException or MissingMemberException or TypeLoadException or PluginContractException
        || !TryGetMessage(exception, out _);

    /// <summary>
    /// Describes an exception in at most <see cref="LogText.MaxLength"/> characters, escaped: a failure that the plugin, the device or the
    /// system explains by its message, any other with type, place in the plugin's code, message and cause. Never throws, also when the
    /// exception's own <c>Message</c> does.
    /// </summary>
    public static string Describe(Exception exception)
    {
        exception = Unwrap(exception);
        var isReadable = TryGetMessage(exception, out var message);
        if (isReadable && exception is PluginContractException) return LogText.Sanitize(message);
        var site = isReadable && IsExplained(exception) ? null : FindSite(exception);
        if (isReadable && site is null && !IsBug(exception)) return LogText.Sanitize(message);
        var cause = exception.InnerException is { } inner && site is not null ? Innermost(inner) : null;
        return LogText.Sanitize($"{exception.GetType().Name}{(site is null ? "" : $" at {site}")}: {LogText.Sanitize(message, MaxMessage)}"
            + (cause is null ? "" : $" (caused by {cause.GetType().Name}: {(TryGetMessage(cause, out var why) ? why : "?")})"));
    }

    /// <summary>
    /// Describes an exception without running plugin code: with its message only if no plugin overrides <c>Message</c>. Used by the handler
    /// of unhandled exceptions.
    /// </summary>
    public static string Identify(Exception exception)
    {
        var site = FindSite(exception);
        var name = $"{exception.GetType().Name}{(site is null ? "" : $" at {site}")}";
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner.GetType().GetProperty(nameof(Exception.Message))?.DeclaringType is not { Assembly.IsCollectible: false }) return name;
        }

        return TryGetMessage(exception, out var message) ? LogText.Sanitize($"{name}: {message}") : name;
    }

    // Exceptions whose message alone tells what to do: those of the contract, of our own plugins, and of devices, servers and files.
    private static bool IsExplained(Exception exception) => exception is NotConnectedException or RefusedException or RejectedException
            or RetryAfterException or AddressException or OperationCanceledException or TimeoutException or IOException
            or UnauthorizedAccessException or DbException or SocketException or HttpRequestException or AuthenticationException
        || (exception.GetType().Assembly.IsCollectible
            && exception.GetType().Namespace?.StartsWith("PlantRuntime.", StringComparison.Ordinal) == true);

    private static string? FindSite(Exception exception)
    {
        string? site = null;
        var depth = 0;
        for (var inner = exception; inner is not null && depth++ < MaxDepth; inner = inner.InnerException)
            site = ThrowSite.Find(inner) ?? site;
        return site;
    }

    private static Exception Unwrap(Exception exception)
    {
        for (var depth = 0; depth < MaxDepth && exception is AggregateException or TargetInvocationException; depth++)
        {
            if (exception.InnerException is not { } inner) return exception;
            exception = inner;
        }

        return exception;
    }

    private static Exception Innermost(Exception exception)
    {
        for (var depth = 0; depth < MaxDepth && exception.InnerException is { } inner; depth++) exception = inner;
        return exception;
    }

    private static bool TryGetMessage(Exception exception, out string message)
    {
        try
        {
            message = exception.Message ?? "";
            return true;
        }
        catch (Exception inner)
        {
            message = $"its message cannot be read ({inner.GetType().Name})";
            return false;
        }
    }
}
