namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>
/// Numeric ids of namespace 0 that the driver uses (OPC 10000-6, A.3). Encoding ids are those of the DefaultBinary encodings.
/// </summary>
internal static class Ids
{
    // Nodes.
    public const uint RootFolder = 84;
    public const uint ObjectsFolder = 85;
    public const uint Server = 2253;
    public const uint ServerArray = 2254;
    public const uint NamespaceArray = 2255;
    public const uint ServerStatus = 2256;
    public const uint ServerStatusState = 2259;
    public const uint ServerStatusBuildInfo = 2260;
    public const uint ServiceLevel = 2267;
    public const uint MaxBrowseContinuationPoints = 2735;
    public const uint MaxNodesPerRead = 11705;
    public const uint MaxNodesPerWrite = 11707;
    public const uint MaxNodesPerRegisterNodes = 11711;
    public const uint MaxNodesPerBrowse = 11710;
    public const uint MaxNodesPerTranslateBrowsePathsToNodeIds = 11712;
    public const uint MaxMonitoredItemsPerCall = 11714;

    // Reference types.
    public const uint References = 31;
    public const uint HierarchicalReferences = 33;
    public const uint HasEncoding = 38;
    public const uint HasTypeDefinition = 40;
    public const uint HasSubtype = 45;
    public const uint HasProperty = 46;

    // Data types.
    public const uint BaseDataType = 24;
    public const uint Number = 26;
    public const uint Integer = 27;
    public const uint UInteger = 28;
    public const uint Enumeration = 29;
    public const uint Structure = 22;

    // Encodings of structures.
    public const uint AnonymousIdentityToken = 321;
    public const uint UserNameIdentityToken = 324;
    public const uint X509IdentityToken = 327;
    public const uint DataChangeFilter = 724;
    public const uint DataChangeNotification = 811;
    public const uint EventNotificationList = 916;
    public const uint StatusChangeNotification = 820;
    public const uint ServerStatusDataType = 864;
    public const uint BuildInfo = 340;
    public const uint Range = 886;
    public const uint EUInformation = 889;
    public const uint EnumValueType = 8251;
    public const uint StructureDefinition = 122;
    public const uint EnumDefinition = 123;

    // Encodings of service messages.
    public const uint ServiceFault = 397;
    public const uint FindServersRequest = 422;
    public const uint FindServersResponse = 425;
    public const uint GetEndpointsRequest = 428;
    public const uint GetEndpointsResponse = 431;
    public const uint OpenSecureChannelRequest = 446;
    public const uint OpenSecureChannelResponse = 449;
    public const uint CloseSecureChannelRequest = 452;
    public const uint CreateSessionRequest = 461;
    public const uint CreateSessionResponse = 464;
    public const uint ActivateSessionRequest = 467;
    public const uint ActivateSessionResponse = 470;
    public const uint CloseSessionRequest = 473;
    public const uint CloseSessionResponse = 476;
    public const uint BrowseRequest = 527;
    public const uint BrowseResponse = 530;
    public const uint BrowseNextRequest = 533;
    public const uint BrowseNextResponse = 536;
    public const uint TranslateBrowsePathsToNodeIdsRequest = 554;
    public const uint TranslateBrowsePathsToNodeIdsResponse = 557;
    public const uint RegisterNodesRequest = 560;
    public const uint RegisterNodesResponse = 563;
    public const uint ReadRequest = 631;
    public const uint ReadResponse = 634;
    public const uint WriteRequest = 673;
    public const uint WriteResponse = 676;
    public const uint CreateMonitoredItemsRequest = 751;
    public const uint CreateMonitoredItemsResponse = 754;
    public const uint DeleteMonitoredItemsRequest = 781;
    public const uint DeleteMonitoredItemsResponse = 784;
    public const uint CreateSubscriptionRequest = 787;
    public const uint CreateSubscriptionResponse = 790;
    public const uint PublishRequest = 826;
    public const uint PublishResponse = 829;
    public const uint RepublishRequest = 832;
    public const uint RepublishResponse = 835;
    public const uint TransferSubscriptionsRequest = 841;
    public const uint TransferSubscriptionsResponse = 844;
    public const uint DeleteSubscriptionsRequest = 847;
    public const uint DeleteSubscriptionsResponse = 850;
}

/// <summary>Attributes of a node (OPC 10000-6, A.1).</summary>
internal enum AttributeId : uint
{
    NodeId = 1,
    NodeClass = 2,
    BrowseName = 3,
    DisplayName = 4,
    Description = 5,
    Value = 13,
    DataType = 14,
    ValueRank = 15,
    ArrayDimensions = 16,
    AccessLevel = 17,
    UserAccessLevel = 18,
    MinimumSamplingInterval = 19,
    DataTypeDefinition = 23,
}

/// <summary>Classes of nodes (OPC 10000-3, 8.29).</summary>
[Flags]
internal enum NodeClass : uint
{
    None = 0,
    Object = 1,
    Variable = 2,
    Method = 4,
    ObjectType = 8,
    VariableType = 16,
    ReferenceType = 32,
    DataType = 64,
    View = 128,
}
