using Kestra.Model.Cluster;

namespace Kestra.Cli.Composition.Parts;

/// <summary>
/// The indexer is a member and no more: whoever makes logs and metrics writes them in the transaction that they belong to,
/// so there is nothing left to index.
/// </summary>
internal static class IndexerPart
{
    public static void Add(PartContext context)
    {
        if (context.Has(ServerParts.Indexer))
        {
            MembershipPart.AddMember(context, ServiceType.INDEXER);
        }
    }
}
