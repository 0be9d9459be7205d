//! The one table of routes: what there is at the door, and what each is. The router is built of it, and
//! of nothing else.
//!
//! A line is method, path, action and handler. Who may is a matter of the action (`auth::Action::who`);
//! no handler is reached but through the guard, which asks. To add a route, add a line here, an
//! action there where none fits, and its row in the matrix of `tests/it/http/matrix.rs`.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};

use super::{
    App, changes, contacts, docs, feasibility, guard, headers, health, hub, lists, log, metrics,
    pages, problem, sign_in, status, submissions,
};
use crate::auth::Action;
use crate::pages::changes as changes_of;
use crate::pages::{
    case, cases, disclosure, disclosures, fault, incidents, overview, persons, policies,
    recipients, reviews, samples,
};

/// One thing at the door.
pub struct Route {
    /// The method, as it stands in a request.
    pub method: &'static str,
    /// The path, with `{names}` for what varies.
    pub path: &'static str,
    /// What it is.
    pub action: Action,
    handler: fn(MethodFilter) -> MethodRouter<App>,
}

macro_rules! routes {
    ($( $method:ident $path:literal $action:ident => $handler:path; )+) => {
        &[ $( Route {
            method: stringify!($method),
            path: $path,
            action: Action::$action,
            handler: |method| on(method, $handler),
        } ),+ ]
    };
}

/// Every route.
pub const ROUTES: &[Route] = routes! {
    GET "/health" Health => health::health;
    GET "/health/ready" Health => health::ready;
    GET "/ready" Health => health::ready;
    GET "/openapi.json" ReadApi => docs::openapi;
    GET "/docs" ReadApi => docs::docs;
    GET "/metrics" Watch => metrics::metrics;
    GET "/status" Watch => status::status;

    GET "/" OwnSession => sign_in::home;
    GET "/sign-in" SignIn => sign_in::page;
    POST "/sign-in" SignIn => sign_in::enter;
    POST "/sign-in/first" SignIn => sign_in::first;
    GET "/sign-in/provider" SignIn => sign_in::away;
    GET "/sign-in/callback" SignIn => sign_in::back;
    POST "/sign-out" OwnSession => sign_in::leave;
    GET "/cases" SeeCases => cases::newest;
    POST "/cases" SeeCases => cases::found;
    GET "/cases/{id}" SeeCases => case::show;
    POST "/cases/{id}/decide" DecideCases => case::decide;
    POST "/cases/{id}/say" FileFault => case::say;
    POST "/cases/{id}/preview" FileFault => case::preview;
    POST "/cases/{id}/incident" FileFault => case::incident;
    POST "/faults" FileFault => fault::form;
    POST "/faults/new" FileFault => fault::new;
    POST "/faults/preview" FileFault => fault::preview;
    POST "/faults/send" FileFault => fault::send;
    GET "/held" SeeCases => cases::held;
    GET "/overview" Oversee => overview::show;
    GET "/incidents" SeeIncidents => incidents::list;
    GET "/incidents.csv" SeeIncidents => incidents::csv;
    GET "/incidents.json" SeeIncidents => incidents::data;
    GET "/incidents/{id}" SeeIncidents => incidents::show;
    POST "/incidents/{id}/close" CloseIncident => incidents::close;
    GET "/policies" ReadPolicies => policies::registry;
    GET "/policies/{id}" ReadPolicies => policies::matrix;
    GET "/policies/{id}/changes" ReadPolicies => changes_of::changes;
    GET "/policies/{id}/{purpose}" ReadPolicies => policies::purpose;
    GET "/recipients" ReadRecipients => recipients::list;
    GET "/recipients.json" ReadRecipients => recipients::data;
    GET "/reviews" ReviewTexts => reviews::list;
    POST "/reviews/{case}" ReviewTexts => reviews::judge;
    GET "/disclosures" ReadLog => disclosures::list;
    POST "/disclosures/export" ExportLog => disclosures::export;
    GET "/disclosures/{leaf}" ReadLog => disclosure::show;
    POST "/disclosures/{leaf}/verify" ReadLog => disclosure::verify;
    GET "/disclosures/{leaf}/bundle" ReadLog => disclosure::bundle;
    GET "/samples" ReviewSamples => samples::list;
    POST "/samples" ReviewSamples => samples::draw;
    GET "/samples/{id}" ReviewSamples => samples::show;
    POST "/samples/{id}/verdicts" ReviewSamples => samples::judge;
    POST "/samples/{id}/sign" ReviewSamples => samples::sign;
    GET "/samples/{id}/file" ReviewSamples => samples::file;
    GET "/persons" TellPerson => persons::ask;
    POST "/persons" TellPerson => persons::report;
    POST "/sign-in/again" OwnSession => sign_in::again;
    GET "/assets/{name}" SeePages => pages::asset;
    POST "/language" SeePages => pages::language;

    GET "/tmf-api/serviceOrdering/v4/serviceOrder" SeeOrders => lists::orders;
    POST "/tmf-api/serviceOrdering/v4/serviceOrder" HandInOrder => submissions::post_order;
    GET "/tmf-api/serviceOrdering/v4/serviceOrder/{id}" SeeOrders => submissions::get_order;
    PATCH "/tmf-api/serviceOrdering/v4/serviceOrder/{id}" HandInOrder => changes::patch_order;
    GET "/tmf-api/serviceOrdering/v4/cancelServiceOrder" SeeOrders => changes::list_cancellations;
    POST "/tmf-api/serviceOrdering/v4/cancelServiceOrder" HandInOrder => changes::post_cancellation;
    GET "/tmf-api/serviceOrdering/v4/cancelServiceOrder/{id}" SeeOrders => changes::get_cancellation;
    GET "/tmf-api/troubleTicket/v4/troubleTicket" SeeTickets => lists::tickets;
    POST "/tmf-api/troubleTicket/v4/troubleTicket" HandInTicket => submissions::post_ticket;
    GET "/tmf-api/troubleTicket/v4/troubleTicket/{id}" SeeTickets => submissions::get_ticket;
    PATCH "/tmf-api/troubleTicket/v4/troubleTicket/{id}" HandInTicket => changes::patch_ticket;

    POST "/tmf-api/serviceQualificationManagement/v4/checkServiceQualification" AskFeasibility => feasibility::check;

    POST "/onapi/{version}/contacts/{reference}" AskContact => contacts::pull;
    GET "/tmf-api/serviceOrdering/v4/hub" Subscribe => hub::list_of_orders;
    POST "/tmf-api/serviceOrdering/v4/hub" Subscribe => hub::post_of_orders;
    GET "/tmf-api/serviceOrdering/v4/hub/{id}" Subscribe => hub::get_of_orders;
    DELETE "/tmf-api/serviceOrdering/v4/hub/{id}" Subscribe => hub::delete_of_orders;
    GET "/tmf-api/troubleTicket/v4/hub" Subscribe => hub::list_of_tickets;
    POST "/tmf-api/troubleTicket/v4/hub" Subscribe => hub::post_of_tickets;
    GET "/tmf-api/troubleTicket/v4/hub/{id}" Subscribe => hub::get_of_tickets;
    DELETE "/tmf-api/troubleTicket/v4/hub/{id}" Subscribe => hub::delete_of_tickets;

    GET "/log/checkpoint" FollowLog => log::checkpoint;
    GET "/log/tile/{*path}" FollowLog => log::hashes;
    GET "/log/tile/entries/{*path}" ReadLeaves => log::leaves;
};

/// The router of the table: each route behind the guard of its action.
pub(super) fn router(app: App) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let guard = from_fn_with_state((app.clone(), route.action), guard::admit);
        let handler = (route.handler)(filter(route.method)).route_layer(guard);
        router = router.route(route.path, handler);
    }
    router
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(from_fn(pages::in_words))
        .layer(from_fn_with_state(app.clone(), headers::put))
        .layer(from_fn_with_state(app.clone(), metrics::count))
        .with_state(app)
}

fn filter(method: &str) -> MethodFilter {
    match method {
        "GET" => MethodFilter::GET,
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        // A word that is none of these is found by the test that asks every route.
        _ => MethodFilter::OPTIONS,
    }
}
