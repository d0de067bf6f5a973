using Kestra.Model.Cluster;

namespace Kestra.Hosting.Liveness;

/// <summary>This process as others know it. It has a new id with each start.</summary>
public sealed record MemberServer(ServerInstance Instance, ServiceSettings Settings)
{
    /// <summary>Whether all parts run in this process; such a server never ends itself because others think it gone.</summary>
    public bool IsStandalone => Instance.Kind == ServerKind.STANDALONE;
}
