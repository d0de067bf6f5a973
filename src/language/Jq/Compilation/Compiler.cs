using Kestra.Jq.Functions;
using Kestra.Jq.Runtime;
using Kestra.Jq.Syntax;
using Kestra.Jq.Values;

namespace Kestra.Jq.Compilation;

/// <summary>Turns a parsed program into filters: names become levels and definitions, and the shape of a part decides how it is run.</summary>
/// <param name="program">The text, for positions of errors.</param>
internal sealed class Compiler(string program, JqDialect dialect, JqLimits limits)
{
    /// <summary>Levels of a tree between two looks at the stack.</summary>
    private const int GuardInterval = 50;

    /// <summary>Chains of operators may be deeper than brackets may nest, since nobody has to read them that way.</summary>
    private const int ChainFactor = 10;

    private readonly FunctionTable _functions = FunctionTable.For(dialect);
    private int _depth;

    public Filter Compile(Node node, Scope scope)
    {
        _depth++;
        if (_depth > limits.Nesting * ChainFactor)
        {
            throw JqException.Limit($"the program nests deeper than {limits.Nesting * ChainFactor}");
        }

        StackGuard.Check();
        var filter = CompileNode(node, scope);
        _depth--;
        return _depth % GuardInterval == GuardInterval - 1 ? new GuardFilter(filter) : filter;
    }

    private Filter CompileNode(Node node, Scope scope) => node switch
    {
        IdentityNode => IdentityFilter.Instance,
        DescendNode => new DescendFilter(),
        LiteralNode literal => new LiteralFilter(literal.Value),
        TextNode text => CompileText(text, scope),
        FormatNode format => new FormatFilter(format.Name),
        IndexNode index => CompileIndex(index, scope),
        SliceNode slice => new SliceFilter(Compile(slice.Target, scope), CompileBound(slice.From, scope), CompileBound(slice.To, scope)),
        IterateNode iterate => new IterateFilter(Compile(iterate.Target, scope), isQuiet: false),
        ArrayNode array => new ArrayFilter(array.Items is null ? new EmptyFilter() : Compile(array.Items, scope)),
        ObjectNode map => new ObjectFilter([.. map.Entries.Select(entry => (CompileKey(entry.Key, scope), Compile(entry.Value, scope)))]),
        NegateNode negate => new NegateFilter(Compile(negate.Operand, scope)),
        PipeNode pipe => new PipeFilter(Compile(pipe.First, scope), Compile(pipe.Second, scope)),
        CommaNode comma => new CommaFilter([.. comma.Items.Select(item => Compile(item, scope))]),
        BinaryNode binary => new BinaryFilter(Operations.Find(binary.Operator), Compile(binary.Left, scope), Compile(binary.Right, scope)),
        LogicNode logic => new LogicFilter(logic.IsAnd, Compile(logic.Left, scope), Compile(logic.Right, scope)),
        AlternativeNode alternative => new AlternativeFilter(Compile(alternative.Left, scope), Compile(alternative.Right, scope)),
        AssignNode assign => CompileAssign(assign, scope),
        IfNode branch => new IfFilter(Compile(branch.Condition, scope), Compile(branch.Then, scope), Compile(branch.Else, scope)),
        TryNode attempt => CompileTry(attempt, scope),
        ReduceNode reduce => CompileReduce(reduce, scope),
        ForeachNode each => CompileForeach(each, scope),
        BindNode bind => bind.Patterns.Count == 1 ? CompileBind(bind, scope) : CompileAlternatives(bind, scope),
        DefinitionNode definition => CompileDefinition(definition, scope),
        CallNode call => CompileCall(call, scope),
        VariableNode variable => CompileVariable(variable, scope),
        LocationNode location => new LiteralFilter(new OrderedDictionary<string, object?> { ["file"] = "<top-level>", ["line"] = location.Line }),
        LabelNode label => new LabelFilter(Compile(label.Body, scope.WithLabel(label.Name))),
        BreakNode exit => CompileBreak(exit, scope),
        _ => throw new ArgumentOutOfRangeException(nameof(node), node.GetType().Name, "no part of a program"),
    };

    private Filter CompileBound(Node? bound, Scope scope) => bound is null ? new LiteralFilter(null) : Compile(bound, scope);

    // jq refuses a constant that is no name when it reads the program.
    private Filter CompileKey(Node key, Scope scope) => key is LiteralNode { Value: not string } constant && dialect == JqDialect.Jq16
        ? throw JqException.Syntax($"Cannot use {ValueKinds.Name(constant.Value)} ({JsonText.Write(constant.Value, dialect)}) as object key", program, 0)
        : Compile(key, scope);

    private TextFilter CompileText(TextNode text, Scope scope) =>
        new([.. text.Parts.Select(part => (part.Constant, part.Program is null ? null : Compile(part.Program, scope)))], text.Format);

    private Filter CompileIndex(IndexNode index, Scope scope)
    {
        var target = Compile(index.Target, scope);
        return target.IsSingle && index.Key is LiteralNode { Value: string name }
            ? new FieldFilter(target, name)
            : new IndexFilter(target, Compile(index.Key, scope));
    }

    private Filter CompileTry(TryNode attempt, Scope scope)
    {
        // The commonest question marks need no exception to be quiet.
        if (attempt is { Handler: null, Body: IterateNode { Target: IdentityNode } })
        {
            return new IterateFilter(IdentityFilter.Instance, isQuiet: true);
        }

        return new TryFilter(Compile(attempt.Body, scope), attempt.Handler is null ? null : Compile(attempt.Handler, scope));
    }

    private Filter CompileAssign(AssignNode assign, Scope scope)
    {
        var target = Compile(assign.Target, scope);
        var value = Compile(assign.Value, scope);
        return assign.Operator switch
        {
            "" => new AssignFilter(target, value),
            "|" => new UpdateFilter(target, value),
            "//" => new CombineFilter(target, null, value),
            _ => new CombineFilter(target, Operations.Find(assign.Operator), value),
        };
    }

    private ReduceFilter CompileReduce(ReduceNode reduce, Scope scope)
    {
        var source = Compile(reduce.Source, scope);
        var binder = CompilePattern(reduce.Pattern, scope, out var inner);
        return new ReduceFilter(source, binder, Compile(reduce.Initial, scope), Compile(reduce.Update, inner));
    }

    private ForeachFilter CompileForeach(ForeachNode each, Scope scope)
    {
        var source = Compile(each.Source, scope);
        var binder = CompilePattern(each.Pattern, scope, out var inner);
        var extract = each.Extract is null ? null : Compile(each.Extract, inner);
        return new ForeachFilter(source, binder, Compile(each.Initial, scope), Compile(each.Update, inner), extract);
    }

    private BindFilter CompileBind(BindNode bind, Scope scope)
    {
        var source = Compile(bind.Source, scope);
        var binder = CompilePattern(bind.Patterns[0], scope, out var inner);
        return new BindFilter(source, binder, Compile(bind.Body, inner));
    }

    // Whatever pattern matches, the body sees the variables of all of them, in one order; those of the others are null.
    private BindAlternativesFilter CompileAlternatives(BindNode bind, Scope scope)
    {
        var variables = bind.Patterns.SelectMany(pattern => pattern.Variables).Distinct().ToList();
        var alternatives = bind.Patterns.Select(pattern =>
        {
            var own = pattern.Variables.ToList();
            return new AlternativeBinder(CompilePattern(pattern, scope, out _), [.. variables.Select(name => own.LastIndexOf(name))]);
        });
        var inner = variables.Aggregate(scope, (outer, name) => outer.WithVariable(name));
        return new BindAlternativesFilter(Compile(bind.Source, scope), [.. alternatives], Compile(bind.Body, inner));
    }

    private Binder CompilePattern(Pattern pattern, Scope scope, out Scope inner)
    {
        inner = scope;
        switch (pattern)
        {
            case VariablePattern variable:
                inner = scope.WithVariable(variable.Name);
                return new VariableBinder();
            case ArrayPattern array:
                var items = new List<Binder>();
                foreach (var item in array.Items)
                {
                    items.Add(CompilePattern(item, inner, out inner));
                }

                return new ArrayBinder([.. items]);
            case ObjectPattern map:
                var fields = new List<FieldBinder>();
                foreach (var entry in map.Entries)
                {
                    fields.Add(CompileField(entry, inner, out inner));
                }

                return new ObjectBinder([.. fields]);
            default:
                throw new ArgumentOutOfRangeException(nameof(pattern), pattern.GetType().Name, "no pattern");
        }
    }

    private FieldBinder CompileField(ObjectPatternEntry entry, Scope scope, out Scope inner)
    {
        var key = CompileKey(entry.Key, scope);
        inner = entry.Variable is null ? scope : scope.WithVariable(entry.Variable);
        var value = entry.Value is null ? null : CompilePattern(entry.Value, inner, out inner);
        return new FieldBinder(key, entry.Variable is not null, value);
    }

    private Filter CompileDefinition(DefinitionNode node, Scope scope)
    {
        var definition = new Definition(scope.Level);
        var outer = scope.WithFunction(node.Name, node.Parameters.Count, definition);
        definition.Body = CompileBody(node, outer);
        return Compile(node.Rest, outer);
    }

    /// <summary>Compiles the body of a function for a scope in which the function itself is known already.</summary>
    public Filter CompileBody(DefinitionNode node, Scope scope)
    {
        // A parameter $name is an argument that is run first and bound to the variable; the first of them varies slowest.
        var inner = node.Parameters.Aggregate(scope.WithFrame(), (outer, parameter) => outer.WithArgument(parameter.Name));
        var values = node.Parameters.Where(parameter => parameter.IsValue).Select(parameter => parameter.Name).Reverse();
        var body = values.Aggregate(node.Body, (rest, name) => new BindNode(new CallNode(name, [], node.Position), [new VariablePattern(name)], rest));
        return Compile(body, inner);
    }

    private Filter CompileCall(CallNode call, Scope scope)
    {
        if (scope.FindCallable(call.Name, call.Arguments.Count) is { } found)
        {
            return found.Definition is { } definition
                ? new CallFilter(definition, [.. call.Arguments.Select(argument => Compile(argument, scope))])
                : new ArgumentFilter(found.Level);
        }

        if (_functions.Find(call.Name, call.Arguments.Count) is { } create)
        {
            return create([.. call.Arguments.Select(argument => Compile(argument, scope))]);
        }

        return Unknown($"Function {call.Name}/{call.Arguments.Count} does not exist", $"{call.Name}/{call.Arguments.Count} is not defined", call.Position);
    }

    private Filter CompileVariable(VariableNode variable, Scope scope)
    {
        var level = scope.FindVariable(variable.Name);
        if (level >= 0)
        {
            return new VariableFilter(level);
        }

        return variable.Name == "ENV" && dialect == JqDialect.Jq16
            ? new LiteralFilter(new OrderedDictionary<string, object?>())
            : Unknown($"${variable.Name} is not defined", $"${variable.Name} is not defined", variable.Position);
    }

    private Filter CompileBreak(BreakNode exit, Scope scope)
    {
        var level = scope.FindLabel(exit.Name);
        return level >= 0 ? new BreakFilter(level) : throw JqException.Syntax($"$*label-{exit.Name} is not defined", program, exit.Position);
    }

    // In Kestra an unknown name is an error only of a run that reaches it.
    private FailFilter Unknown(string inKestra, string inJq, int position) =>
        dialect == JqDialect.Kestra ? new FailFilter(inKestra) : throw JqException.Syntax(inJq, program, position);
}
