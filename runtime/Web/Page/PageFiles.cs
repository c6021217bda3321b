using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace PlantRuntime.Web.Page;

/// <summary>
/// The files of the page, which are resources of this assembly: <c>/</c> and <c>/page/…</c>. They are the same for everybody, so they
/// need no login. Immutable; any thread.
/// </summary>
internal sealed class PageFiles
{
    private const string Folder = "page/";

    private static readonly FrozenDictionary<string, string> s_types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8", [".css"] = "text/css; charset=utf-8", [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    /// <summary>The files by name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. typeof(PageFiles).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).Select(n => n[Folder.Length..])];

    /// <summary>Returns the bytes of a file.</summary>
    public static byte[] Read(string name)
    {
        using var resource = typeof(PageFiles).Assembly.GetManifestResourceStream(Folder + name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Adds a route for each file; other paths are not found.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var name in Names)
        {
            var file = PageFile.From(s_types[Path.GetExtension(name)], Read(name));
            var path = name == "index.html" ? "/" : $"/page/{name}";
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], context => SendAsync(context, file)).AllowAnonymous();
        }
    }

    private static async Task SendAsync(HttpContext context, PageFile file)
    {
        var (request, response) = (context.Request, context.Response);

        // A browser asks each time, so that a new version of the program shows its new page at once.
        response.Headers.CacheControl = "no-cache";
        response.Headers.ETag = file.Tag;
        if (request.GetTypedHeaders().IfNoneMatch.Any(t => t.Tag == file.Tag || t.Tag == "*"))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.Type;
        response.ContentLength = file.Bytes.Length;
        if (!HttpMethods.IsHead(request.Method)) await response.Body.WriteAsync(file.Bytes, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>A file as it is sent. Immutable.</summary>
    private sealed record PageFile(string Type, byte[] Bytes, string Tag)
    {
        public static PageFile From(string type, byte[] bytes) =>
            new(type, bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"");
    }
}
