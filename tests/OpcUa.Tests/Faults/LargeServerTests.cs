using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;

namespace PlantRuntime.OpcUa.Tests.Faults;

/// <summary>Browsing a server of 100 folders with 1,000 variables each, which lists 300 of them at a time.</summary>
public sealed class LargeServerTests : IDisposable
{
    private const int Folders = 100;
    private const int Variables = 1000;
    private const int Page = 300;

    // Ids of the nodes of one folder: the folder's own, then its variables'.
    private const int Block = 2000;

    private readonly ScriptedServer _server = new();
    private readonly Site _site = new();

    public LargeServerTests() => _server.Script = Answer;

    public void Dispose()
    {
        _server.Dispose();
        _site.Dispose();
    }

    [Fact]
    public async Task A_hundred_thousand_variables_are_listed_in_bounded_memory()
    {
        await using var driver = await _site.ConnectAsync<OpcUaDriver>(
            new OpcUaOptions { Host = "127.0.0.1", Port = _server.Port, Security = "None", Mode = ReadingMode.Poll });
        var ids = new HashSet<int>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        await foreach (var entry in ((IBrowsable)driver).BrowseAsync(new BrowseScope(), CancellationToken.None))
        {
            var id = entry.Address.AsSpan(entry.Address.LastIndexOf('=') + 1);
            Assert.True(ids.Add(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)), entry.Address);
            if (ids.Count % (Folders * Variables / 10) == 0) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal(Folders * Variables, ids.Count);

        // Ids and names of what is still to be visited, and the ids of what was: 500 bytes a node at most.
        Assert.InRange(most, 1, Folders * Variables * 500);
    }

    private static bool Answer(ScriptedServer.PeerConnection connection, PeerRequest request)
    {
        switch (request.Type)
        {
            case 527: Browse(connection, request); return true;
            case 533: BrowseNext(connection, request); return true;
            default: return false;
        }
    }

    private static void Browse(ScriptedServer.PeerConnection connection, PeerRequest request)
    {
        var body = request.Body;
        body.Node();
        body.I64();
        body.U32();
        body.U32();
        var count = body.I32();
        var response = new PeerWriter().Response(530, request.Handle).I32(count);
        for (; count > 0; count--)
        {
            var node = body.Node();
            body.U32();
            body.Node();
            body.U8();
            body.U32();
            body.U32();
            if (node == "i=85") AddFolders(response);
            else if (uint.Parse(node.AsSpan(7), System.Globalization.CultureInfo.InvariantCulture) is var id && id % Block == 0)
                AddVariables(response, id, 0);
            else response.U32(0).Blob(null).I32(0);
        }

        connection.Send(request.Id, response.I32(0).Bytes);
    }

    private static void BrowseNext(ScriptedServer.PeerConnection connection, PeerRequest request)
    {
        Assert.Equal(0, request.Body.U8());
        var count = request.Body.I32();
        var response = new PeerWriter().Response(536, request.Handle).I32(count);
        for (; count > 0; count--)
        {
            // The continuation point says where to go on.
            Assert.Equal(8, request.Body.I32());
            AddVariables(response, request.Body.U32(), request.Body.I32());
        }

        connection.Send(request.Id, response.I32(0).Bytes);
    }

    private static void AddFolders(PeerWriter response)
    {
        response.U32(0).Blob(null).I32(Folders);
        for (var folder = 1u; folder <= Folders; folder++) AddReference(response, folder * Block, $"Folder{folder}", 1);
    }

    private static void AddVariables(PeerWriter response, uint folder, int first)
    {
        var last = Math.Min(first + Page, Variables);
        response.U32(0).Blob(last == Variables ? null : new PeerWriter().U32(folder).I32(last).Bytes).I32(last - first);
        for (var n = first; n < last; n++) AddReference(response, folder + 1 + (uint)n, $"Variable{n}", 2);
    }

    // OPC 10000-4, 7.30: reference type, direction, node, browse name, display name, class, type definition.
    private static void AddReference(PeerWriter response, uint id, string name, uint nodeClass) =>
        response.Id(35).U8(1).Id(id, 1).U16(1).Text(name).U8(2).Text(name).U32(nodeClass).Id(0);
}
